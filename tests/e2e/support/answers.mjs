// What tests expect of an answer to tools/call.
import assert from 'node:assert/strict';

export const textOf = (result) => result.content.map((part) => part.text ?? '').join('\n');

/** The structured result of a call that must have succeeded; takes a whole message or the result alone. */
export function succeeded(answer) {
  assert.equal(answer.error, undefined, JSON.stringify(answer.error));
  const result = answer.result ?? answer;
  assert.ok(!result.isError, textOf(result));
  return result.structuredContent;
}

/** The text of a call that must have failed as a tool. */
export function failed(answer) {
  assert.equal(answer.error, undefined, JSON.stringify(answer.error));
  const result = answer.result ?? answer;
  assert.equal(result.isError, true, `should have failed: ${textOf(result).slice(0, 300)}`);
  return textOf(result);
}
