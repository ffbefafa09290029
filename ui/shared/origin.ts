// Where a foreign code and the name on it come from.
import { language } from './words.svelte';

/** A country's name in the window's language. ICAO's three letters, and what is no country's code, stay as they are. */
export function country(code: string): string {
  if (!/^[A-Za-z]{2}$/.test(code)) return code;

  return new Intl.DisplayNames([language()], { type: 'region' }).of(code.toUpperCase()) ?? code;
}

/** An issuer as its codes call it: a country by its code, an address without what only programs need. */
export function issuerOf(name: string): string {
  return country(name.replace(/^(?:https?:\/\/|did:web:)/, ''));
}

/** Scripts that the window's languages are not written in. */
const SCRIPTS = [
  ['und-Arab', /\p{Script=Arabic}/u],
  ['und-Armn', /\p{Script=Armenian}/u],
  ['und-Beng', /\p{Script=Bengali}/u],
  ['und-Cyrl', /\p{Script=Cyrillic}/u],
  ['und-Deva', /\p{Script=Devanagari}/u],
  ['und-Ethi', /\p{Script=Ethiopic}/u],
  ['und-Geor', /\p{Script=Georgian}/u],
  ['und-Grek', /\p{Script=Greek}/u],
  ['und-Hebr', /\p{Script=Hebrew}/u],
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['ko', /\p{Script=Hangul}/u],
  ['und-Khmr', /\p{Script=Khmer}/u],
  ['und-Taml', /\p{Script=Tamil}/u],
  ['und-Thai', /\p{Script=Thai}/u],
] as const;

/**
 * The language tag for a name (BCP 47): a reader must not spell Greek letters as Chinese ones. None for Latin and Han, the
 * window's own.
 */
export function tongue(name: string): string | undefined {
  return SCRIPTS.find(([, script]) => script.test(name))?.[0];
}
