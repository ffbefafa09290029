import '../shared/fonts.css';
import '../shared/tokens.css';
import '../shared/base.css';

import { mount } from 'svelte';

import { tauri } from '../shared/tauri';
import { followSystem } from '../shared/theme';
import App from './App.svelte';
import { Desk } from './desk.svelte';

followSystem();

const desk = new Desk(tauri);
const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { desk, systemLanguage: navigator.language } });
