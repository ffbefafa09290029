// What a window has and jsdom has not.
import '@testing-library/svelte/vitest';

import { beforeEach } from 'vitest';

import { speak } from '../shared/words.svelte';

// Nothing is drawn: what is tested of the preview is what comes before the canvas.
HTMLCanvasElement.prototype.getContext = () => null;

beforeEach(() => {
  speak('zh-CN');
});
