/** Waits until `condition` gives something true, and gives that. An error of the condition ends the waiting. */
export async function until(what, condition, within = 15_000) {
  const end = Date.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${within / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
