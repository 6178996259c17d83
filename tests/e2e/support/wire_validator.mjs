// Holds every message of a server against the schema of the protocol version it is spoken in.
import assert from 'node:assert/strict';

import { LEGACY, MODERN, schemaFor } from './schemas.mjs';

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/** Listens to one conversation. Throws on the first message of the server that is not valid. */
export class WireValidator {
  #asked = new Map();
  #agreed;

  constructor() { this.checked = 0; }

  /** A message of the client, or a batch of them. Nothing is checked: tests send what no client should. */
  sent(message) {
    for (const one of Array.isArray(message) ? message : [message]) {
      if (typeof one?.method !== 'string' || one.id === undefined) continue;
      this.#asked.set(one.id, { method: one.method, version: one.params?._meta?.[VERSION_KEY] });
    }
  }

  /** A message of the server, or a batch of them. */
  received(message) {
    if (Array.isArray(message)) {
      assert.equal(this.#agreed, '2025-03-26', 'a batch in a version that has none');
      for (const one of message) this.received(one);
      return;
    }
    this.checked++;
    if (message.method !== undefined) this.#checkCall(message);
    else if (message.error !== undefined) this.#checkError(message);
    else this.#checkResult(message);
  }

  #check(version, name, value, message) {
    const complaint = schemaFor(version).complaint(name, value);
    assert.equal(complaint, undefined, `not a valid ${name} of ${version}: ${JSON.stringify(message).slice(0, 1_000)}`);
  }

  /** Requests with an envelope are answered in the newest version, whatever they claim; others in that of the session. */
  #version(asked) {
    if (asked?.version !== undefined) return MODERN;
    return this.#agreed ?? (asked ? LEGACY.at(-1) : MODERN);
  }

  /** A request or a notification. Of those that are in both eras the session's version is meant. */
  #checkCall(message) {
    const { method, params } = message;
    const stateless = params?._meta?.['io.modelcontextprotocol/subscriptionId'] !== undefined;
    const version = stateless ? MODERN : this.#version();
    const schema = schemaFor(version);
    const extension = method === 'notifications/tasks';
    const name = schema.methods.get(method);
    assert.ok(name || extension, `${version} has no ${method}: ${JSON.stringify(message).slice(0, 300)}`);
    assert.equal(message.id !== undefined, !method.startsWith('notifications/'), `${method} and its id`);
    this.#check(version, name ?? 'JSONRPCNotification', message, message);
  }

  #checkError(message) {
    const asked = this.#asked.get(message.id);
    // What could not be read has no id; only the newer versions have a schema for that.
    const version = message.id === undefined ? MODERN : this.#version(asked);
    const schema = schemaFor(version);
    const name = schema.errors.get(message.error.code) ?? (schema.has('JSONRPCError') ? 'JSONRPCError' : 'JSONRPCErrorResponse');
    this.#check(version, name, message, message);
  }

  #checkResult(message) {
    const asked = this.#asked.get(message.id); // nothing when the request was sent as bytes
    if (asked?.method === 'initialize') this.#agreed = message.result.protocolVersion;
    const version = this.#version(asked);
    this.#check(version, schemaFor(version).resultOf(asked?.method, message.result), message.result, message);
    this.#check(version, 'JSONRPCMessage', message, message);
  }
}

/** Makes a transport of an official client check what it receives. Use it before `connect`. */
export function validated(transport, validator = new WireValidator()) {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    validator.sent(message);
    return send(message, options);
  };
  // The clients keep this function and call it first, and would swallow what it throws: it must end the test.
  transport.onmessage = (message) => {
    try {
      validator.received(message);
    } catch (complaint) {
      setImmediate(() => { throw complaint; });
    }
  };
  return transport;
}
