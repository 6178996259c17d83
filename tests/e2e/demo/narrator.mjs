// Tells the demo: headings, short sentences, checks that end it when they fail, and how long things took.

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);

export class Expectation extends Error {}

export class Narrator {
  #chapter = 0;
  #started = performance.now();
  checks = 0;

  chapter(title) { console.log(`\n${paint('1;36', `${++this.#chapter}. ${title}`)}`); }

  say(text) { console.log(`   ${text}`); }

  quiet(text) { for (const line of text.split('\n')) console.log(`   ${paint('2', line)}`); }

  /** States what holds. What does not hold ends the demo. */
  expect(holds, what, seen) {
    this.checks++;
    if (!holds) throw new Expectation(seen === undefined ? what : `${what}\nseen: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`);
    console.log(`   ${paint('32', '✓')} ${what}`);
  }

  /** Runs `work`; returns its value and the time in words. */
  async timed(work) {
    const from = performance.now();
    const value = await work();
    const ms = performance.now() - from;
    return [value, ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`];
  }

  end() {
    const seconds = ((performance.now() - this.#started) / 1_000).toFixed(1);
    console.log(`\n${paint('1;32', `All ${this.checks} expectations held, in ${seconds} s.`)}`);
  }
}
