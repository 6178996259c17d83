// The assistant of the demo: the official TypeScript client, driving the binary over stdio.
import { ClientV1, ElicitRequestSchema, StdioTransportV1 } from '../../npm/mcp_clients.mjs';
import { textOf } from '../support/answers.mjs';

export class Assistant {
  /** What the person behind the assistant says to the next question, and which questions came. */
  answer = { action: 'decline' };
  questions = [];

  async connect(parameters) {
    this.client = new ClientV1({ name: 'demo', version: '1' }, { capabilities: { elicitation: {} } });
    this.client.setRequestHandler(ElicitRequestSchema, (request) => {
      this.questions.push(request.params.message);
      return this.answer;
    });
    await this.client.connect(new StdioTransportV1({ ...parameters, stderr: 'inherit' }));
  }

  async tools() { return (await this.client.listTools()).tools; }

  /** Calls a tool; a refusal is a value: `{refused: text}`. */
  async call(name, args = {}) {
    const result = await this.client.callTool({ name, arguments: args });
    return result.isError ? { refused: textOf(result) } : { ...result.structuredContent, text: textOf(result) };
  }

  /** Calls a tool that must work. */
  async must(name, args) {
    const result = await this.call(name, args);
    if (result.refused) throw new Error(`${name} failed: ${result.refused}`);
    return result;
  }

  /** The only value of the only row. */
  async value(query, more) { return (await this.must('execute_sql', { query, ...more })).rows[0][0]; }

  close() { return this.client?.close(); }
}
