// Words in the language of the window. Rust says which, the files in `locales` say how.
import english from '../locales/en.json';
import chinese from '../locales/zh-CN.json';

export type Language = 'zh-CN' | 'en';
export type Key = keyof typeof english;
export type Values = Readonly<Record<string, string | number>>;

const LANGUAGES: Readonly<Record<Language, Readonly<Record<Key, string>>>> = {
  'zh-CN': chinese,
  en: english,
};

const chosen = $state<{ language: Language }>({ language: 'zh-CN' });

export function language(): Language {
  return chosen.language;
}

export function speak(next: Language): void {
  chosen.language = next;
  document.documentElement.lang = next;
}

export function nextLanguage(): Language {
  return chosen.language === 'en' ? 'zh-CN' : 'en';
}

/** A language named by the command line or the system; Chinese for what we do not speak. */
export function closest(tag: string | null | undefined): Language {
  return tag?.toLowerCase().startsWith('en') === true ? 'en' : 'zh-CN';
}

/** The sentence for `key` in the window's language. */
export function say(key: Key, values: Values = {}): string {
  return fill(LANGUAGES[chosen.language][key], values);
}

/** The sentence for `key` in one language, whatever the window speaks. */
export function sayIn(spoken: Language, key: Key): string {
  return LANGUAGES[spoken][key];
}

/** Puts values into `{name}`, and the form that a number asks for into `{name|one|other}`. */
export function fill(sentence: string, values: Values): string {
  return sentence.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (whole, name: string, one: string | undefined, other: string | undefined) => {
      const value = values[name];
      if (value === undefined) return whole;
      if (one === undefined || other === undefined) return String(value);

      return value === 1 ? one : other;
    },
  );
}

/** A sentence, cut after its Chinese punctuation and around what stands in backquotes. */
export function pieces(sentence: string): readonly string[] {
  return sentence.match(/`[^`]*`|[^，；：。！？`]*[，；：。！？][”）]*|[^，；：。！？`]+/g) ?? [];
}

/** A count with the thousands set apart: log numbers grow long. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
