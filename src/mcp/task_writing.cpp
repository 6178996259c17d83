// Tasks as text: the flat form of both designs, results and errors inside, notices.
#include "base/clock.hpp"
#include "json/fields.hpp"
#include "json/text.hpp"
#include "mcp/task_requests.hpp"

namespace basekeeper::mcp {
namespace {

std::string_view name_of(task_status s)
{
    switch (s) {
    case task_status::working:
        return "working";
    case task_status::input_required:
        return "input_required";
    case task_status::completed:
        return "completed";
    case task_status::failed:
        return "failed";
    case task_status::cancelled:
        break;
    }
    return "cancelled";
}

void write_duration(std::string& out, std::string_view key, std::chrono::milliseconds d)
{
    begin_member(out, key);
    json::write_number(out, static_cast<std::int64_t>(d.count()));
}

/// What a call would have been answered with: a whole result object of this version.
void write_inner_result(std::string& out, const task_result& r, const codec& speak)
{
    std::string inner = "{" + r.members;
    speak.finish_result(inner, r.traits);
    inner.pop_back(); // of the envelope, which there is none of
    out += inner;
}

} // namespace

void write_task(std::string& out, const task_record& t, task_voice as)
{
    const auto when = as.speak.knows().belongs_to();
    const bool modern = when == era::modern;
    write_text_member(out, "taskId", t.id());
    write_text_member(out, "status", name_of(t.status(when)));
    write_text_member(out, "statusMessage", t.message());
    write_text_member(out, "createdAt", to_rfc3339(t.created()));
    write_text_member(out, "lastUpdatedAt", to_rfc3339(t.updated()));
    write_duration(out, modern ? "ttlMs" : "ttl", t.ttl());
    write_duration(out, modern ? "pollIntervalMs" : "pollInterval", as.of.settings().tasks.poll_interval);
}

void write_task_details(std::string& out, const task_record& t, task_voice as)
{
    write_task(out, t, as);
    switch (t.status(as.speak.knows().belongs_to())) {
    case task_status::input_required:
        write_input_requests(out, t.open());
        break;
    case task_status::completed:
        begin_member(out, "result");
        write_inner_result(out, **t.end(), as.speak);
        break;
    case task_status::failed:
        begin_member(out, "error");
        write_error(out, t.end()->error());
        break;
    case task_status::working:
    case task_status::cancelled:
        break;
    }
}

void write_reply(std::string& out, const tool_reply& reply, const version_traits& knows)
{
    out.reserve(out.size() + reply.text.size() + reply.text.size() / 8 + reply.structured.size() + 256);
    begin_member(out, "content");
    out += '[';
    if (reply.blocks.empty()) {
        out += R"({"type":"text","text":)";
        json::write_string(out, reply.text);
        out += '}';
    } else
        write_blocks(out, reply.blocks, knows);
    out += ']';
    if (!reply.structured.empty() && knows.structured_content) {
        begin_member(out, "structuredContent");
        out += reply.structured;
    }
    if (reply.failed) {
        begin_member(out, "isError");
        out += "true";
    }
}

task_result to_task_result(const tool_reply& reply, const version_traits& knows)
{
    task_result out{.members = "{"};
    write_reply(out.members, reply, knows);
    out.members.erase(0, 1);
    out.traits.words = reply.words;
    if (reply.failed) {
        out.failed = true;
        out.message = reply.failed->message;
    }
    return out;
}

void write_result(exchange& x, const task_result& r)
{
    x.message += r.members;
    x.traits.words = r.traits.words;
    x.failed = r.failed;
}

rpc_error no_such_task()
{
    return {rpc_code::invalid_params, "Unknown taskId: there is no such task, or its time to live is over"};
}

} // namespace basekeeper::mcp
