// The one door to Tauri.
import { Channel, invoke } from '@tauri-apps/api/core';

import type { Command } from './bindings';
import type { News, Shell, Welcome } from './shell';

export const tauri: Shell = {
  attach(hear) {
    const channel = new Channel<News>();
    channel.onmessage = hear;

    return invoke<Welcome>('attach', { channel });
  },
  unlock(passphrase) {
    return invoke<Welcome>('unlock', { passphrase });
  },
  preview(draw) {
    const channel = new Channel<ArrayBuffer>();
    channel.onmessage = draw;

    return invoke('preview', { channel });
  },
  frameDrawn() {
    return invoke('frame_drawn');
  },
  send(command: Command) {
    return invoke('command', { command });
  },
};
