// Light is for daylight; dark where the system asks for it. Neither changes a verdict.

export type Theme = 'light' | 'dark';

export function wear(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

/** Follows the system, now and when it changes. */
export function followSystem(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = (): void => wear(dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', follow);
  follow();
}
