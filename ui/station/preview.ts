// A preview frame: one byte with the number of codes, eight numbers each (x and y of four corners, 16 bits, little
// end first, in pixels of the picture), then the picture as JPEG.

type Corner = readonly [x: number, y: number];

export interface Preview {
  readonly codes: readonly (readonly Corner[])[];
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

const CORNERS = 4;
const CODE_BYTES = CORNERS * 4;

export function parse(bytes: ArrayBuffer): Preview | null {
  const view = new DataView(bytes);
  if (view.byteLength === 0) return null;
  const end = 1 + view.getUint8(0) * CODE_BYTES;
  if (view.byteLength <= end) return null;
  const codes: Corner[][] = [];
  for (let at = 1; at < end; at += CODE_BYTES) {
    codes.push([0, 4, 8, 12].map((offset) => [
      view.getUint16(at + offset, true),
      view.getUint16(at + offset + 2, true),
    ]));
  }

  return { codes, jpeg: new Uint8Array(bytes, end) };
}

/** Draws picture and corners as they are; the mirror is the canvas's own affair. */
export async function show(preview: Preview, canvas: HTMLCanvasElement): Promise<void> {
  const picture = await createImageBitmap(new Blob([preview.jpeg], { type: 'image/jpeg' }));
  const pen = canvas.getContext('2d', { alpha: false });
  if (pen === null) return;
  canvas.width = picture.width;
  canvas.height = picture.height;
  pen.drawImage(picture, 0, 0);
  picture.close();
  const worn = getComputedStyle(canvas);
  const colours = { edge: worn.getPropertyValue('--eye-edge'), line: worn.getPropertyValue('--eye-line') };
  for (const code of preview.codes) outline(pen, code, colours);
}

/** Blue-edged white angles at the corners, a quarter of each side long. */
function outline(pen: CanvasRenderingContext2D, code: readonly Corner[], { edge, line }: { edge: string; line: string }): void {
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  for (const [width, colour] of [[7, edge], [3.5, line]] as const) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.beginPath();
    code.forEach((corner, at) => {
      const before = code[(at + CORNERS - 1) % CORNERS];
      const after = code[(at + 1) % CORNERS];
      if (before === undefined || after === undefined) return;
      pen.moveTo(...towards(corner, before));
      pen.lineTo(...corner);
      pen.lineTo(...towards(corner, after));
    });
    pen.stroke();
  }
}

function towards([x, y]: Corner, [toX, toY]: Corner): [number, number] {
  return [x + (toX - x) / 4, y + (toY - y) / 4];
}
