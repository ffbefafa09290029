// A drawn preview frame: somebody holds up a sheet. No photograph of a person is needed to look at the screen.

const WIDTH = 640;
const HEIGHT = 360;
const MODULES = 33;
const SIDE = 132;
const TILT = -0.08;
const MIDDLE = { x: 318, y: 196 } as const;

/** The frame as the station sends it: one code's corners, then a JPEG. */
export async function frame(): Promise<ArrayBuffer> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('this browser draws nothing');
  draw(pen);
  const jpeg = await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 })).arrayBuffer();
  const bytes = new Uint8Array(1 + 16 + jpeg.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  corners().forEach(([x, y], at) => {
    view.setUint16(1 + at * 4, x, true);
    view.setUint16(3 + at * 4, y, true);
  });
  bytes.set(new Uint8Array(jpeg), 17);

  return bytes.buffer;
}

function draw(pen: OffscreenCanvasRenderingContext2D): void {
  const wall = pen.createLinearGradient(0, 0, WIDTH, HEIGHT);
  wall.addColorStop(0, '#9a9da1');
  wall.addColorStop(0.6, '#6d7175');
  wall.addColorStop(1, '#4c5054');
  pen.fillStyle = wall;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.filter = 'blur(9px)';
  fill(pen, '#d3d6d8', () => pen.rect(500, 20, 84, 240));
  fill(pen, '#3d4145', () => pen.ellipse(330, 420, 180, 220, 0, 0, 7));
  pen.filter = 'blur(5px)';
  fill(pen, '#b3b1ae', () => pen.ellipse(322, 96, 48, 62, 0, 0, 7));
  fill(pen, '#d8d8d6', () => pen.ellipse(322, 62, 50, 34, 0, 0, 7));
  pen.filter = 'none';
  pen.translate(MIDDLE.x, MIDDLE.y);
  pen.rotate(TILT);
  fill(pen, '#eceeef', () => pen.rect(-92, -104, 184, 260));
  fill(pen, '#6a6e72', () => pen.rect(-78, -96, 96, 9));
  code(pen);
  pen.filter = 'blur(2px)';
  fill(pen, '#9d9a97', () => pen.ellipse(-96, 60, 20, 34, 0.3, 0, 7));
  fill(pen, '#9d9a97', () => pen.ellipse(96, 60, 20, 34, -0.3, 0, 7));
}

function fill(pen: OffscreenCanvasRenderingContext2D, colour: string, path: () => void): void {
  pen.fillStyle = colour;
  pen.beginPath();
  path();
  pen.fill();
}

/** Looks like a code, says nothing: finder patterns and an even mixture of modules. */
function code(pen: OffscreenCanvasRenderingContext2D): void {
  const module = SIDE / MODULES;
  const at = (column: number, row: number, size: number, colour: string): void => {
    fill(pen, colour, () => pen.rect(column * module - SIDE / 2, row * module - SIDE / 2, size * module, size * module));
  };
  let seed = 20_261_124;
  for (let row = 0; row < MODULES; row += 1) {
    for (let column = 0; column < MODULES; column += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      if (seed / 2_147_483_648 > 0.5) at(column, row, 1, '#17191b');
    }
  }
  for (const [column, row] of [[0, 0], [MODULES - 7, 0], [0, MODULES - 7]] as const) {
    at(column - 0.5, row - 0.5, 8, '#eceeef');
    at(column, row, 7, '#17191b');
    at(column + 1, row + 1, 5, '#eceeef');
    at(column + 2, row + 2, 3, '#17191b');
  }
}

function corners(): readonly (readonly [number, number])[] {
  const half = SIDE / 2 + 6;
  const turned = (x: number, y: number): readonly [number, number] => [
    Math.round(MIDDLE.x + x * Math.cos(TILT) - y * Math.sin(TILT)),
    Math.round(MIDDLE.y + x * Math.sin(TILT) + y * Math.cos(TILT)),
  ];

  return [turned(-half, -half), turned(half, -half), turned(half, half), turned(-half, half)];
}
