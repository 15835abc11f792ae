/* Notifies listeners of a change, such as of language, window or figures. */

/** Makes a kind of change: a function that registers a listener, and `tell`, which runs all listeners. */
export function change() {
  const listeners: (() => void)[] = [];
  const on = (listener: () => void) => void listeners.push(listener);
  return Object.assign(on, {
    tell() {
      for (const listener of listeners) listener();
    },
  });
}
