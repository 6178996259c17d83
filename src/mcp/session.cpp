// Taking messages in: batches, eras, the handshake, cancellation.
#include "mcp/session.hpp"

#include "base/text.hpp"
#include "mcp/envelope.hpp"
#include "mcp/session_requests.hpp"

#include <fmt/format.h>

#include <exception>

namespace basekeeper::mcp {
namespace {

std::string what(const std::exception_ptr& bug)
{
    try {
        std::rethrow_exception(bug);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "unknown exception";
    }
}

rpc_error no_such_method(std::string_view name)
{
    constexpr std::size_t longest_quoted_name = 80;
    return {rpc_code::method_not_found, "Method not found: " + std::string(utf8_prefix(name, longest_quoted_name))};
}

} // namespace

session::session(server& of, principal who, outbox& out, io::executor where)
    : server_(of), who_(std::move(who)), out_(out), asked_(out, where),
      nursery_(where, [&of](const std::exception_ptr& bug) { of.report_bug(what(bug)); })
{}

session::~session() = default;

const codec& session::legacy_voice() const
{
    return server_.speaking(agreed_.value_or(newest_legacy));
}

void session::receive(std::string_view text)
{
    auto document = read_document(text, server_.settings().message_limits);
    if (!document)
        refuse_unread(std::move(document).error());
    else if (document->is_array())
        receive_batch(std::move(document->get_array()));
    else
        take(classify(*std::move(document)), nullptr);
}

void session::refuse_unread(rpc_error why)
{
    out_.send(error_response({}, why));
}

void session::receive_batch(boost::json::array messages)
{
    if (!agreed_ || !traits_of(*agreed_).batches)
        return refuse_unread({rpc_code::invalid_request, "Invalid request: this version of the protocol has no batches"}
        );
    if (messages.empty())
        return refuse_unread({rpc_code::invalid_request, "Invalid request: the batch is empty"});
    const auto to = std::make_shared<batch>();
    ++to->open; // the batch itself, so that it cannot end while it is being read
    for (auto& one : messages)
        take(classify(std::move(one)), to);
    deliver(to, {});
}

void session::take(incoming message, const answers& to)
{
    if (auto* call = std::get_if<request>(&message)) {
        start(std::move(*call), to);
    } else if (auto* bad = std::get_if<rejected>(&message)) {
        if (to)
            ++to->open;
        deliver(to, error_response(bad->id, bad->why));
    } else if (auto* news = std::get_if<notification>(&message)) {
        notified(*news);
    } else if (auto* reply = std::get_if<response>(&message)) {
        asked_.answer(std::move(*reply));
    }
}

void session::start(request r, const answers& to)
{
    if (to)
        ++to->open;
    if (running_.contains(r.id)) {
        const rpc_error why{rpc_code::invalid_request, "Invalid request: a request with this id is still running"};
        return deliver(to, error_response(r.id, why));
    }
    if (claims_modern_era(r.params))
        start_modern(std::move(r), to);
    else
        start_legacy(std::move(r), to);
}

void session::start_modern(request r, const answers& to)
{
    auto from = read_envelope(r.params);
    if (!from)
        return deliver(to, error_response(r.id, from.error()));
    const auto m = find_method(r.method, era::modern, server_.offers());
    if (!m)
        return deliver(to, error_response(r.id, no_such_method(r.method)));
    const auto& speak = server_.speaking(newest);
    if (!may_wait(*m))
        return answer_at_once(*m, r, speak, to);
    run({.what = std::move(r), .which = *m, .speak = speak, .from = *from, .to = to});
}

void session::start_legacy(request r, const answers& to)
{
    const auto m = find_method(r.method, era::legacy, server_.offers());
    if (!m)
        return deliver(to, error_response(r.id, no_such_method(r.method)));
    if (!agreed_ && *m != method::initialize && *m != method::ping) {
        const rpc_error why{rpc_code::invalid_request, "Invalid request: send initialize before " + r.method};
        return deliver(to, error_response(r.id, why));
    }
    if (!may_wait(*m))
        return answer_at_once(*m, r, legacy_voice(), to);
    run({.what = std::move(r), .which = *m, .speak = legacy_voice(), .from = client_, .to = to});
}

void session::answer_at_once(method m, request& r, const codec& speak, const answers& to)
{
    auto message = begin_result(r.id);
    exchange x{.of = server_, .speak = speak, .who = who_, .params = r.params, .message = message};
    outcome came_to;
    try {
        if (m == method::initialize)
            came_to = to ? refuse(rpc_code::invalid_request, "Invalid request: initialize cannot be in a batch")
                         : initialize(r, message);
        else if (m == method::set_log_level)
            came_to = set_log_level(r);
        else
            came_to = answer_now(m, x);
    } catch (const std::exception& bug) {
        server_.report_bug(bug.what());
        came_to = refuse(rpc_code::internal_error, "Internal error");
    }
    if (!came_to)
        return deliver(to, error_response(r.id, came_to.error()));
    speak.finish_result(message, x.traits);
    deliver(to, std::move(message));
}

outcome session::initialize(request& r, std::string& message)
{
    if (agreed_)
        return refuse(rpc_code::invalid_request, "Invalid request: the session is initialized already");
    const auto version = text_parameter(r.params, "protocolVersion");
    if (!version)
        return refuse(rpc_code::invalid_params, "Invalid params: protocolVersion must be a string");
    agreed_ = negotiate(*version);
    const auto* declared = r.params.if_contains("capabilities");
    client_.answers_forms = traits_of(*agreed_).elicitation && declared != nullptr && declared->is_object() &&
                            declares_form_elicitation(declared->get_object());
    client_.logs_from = log_level::info;
    exchange x{.of = server_, .speak = legacy_voice(), .who = who_, .params = r.params, .message = message};
    write_handshake(x);
    return {};
}

outcome session::set_log_level(const request& r)
{
    const auto level = find_log_level(text_parameter(r.params, "level").value_or(""));
    if (!level)
        return refuse(
            rpc_code::invalid_params,
            "Invalid params: level must be one of debug, info, notice, warning, error, critical, alert, emergency"
        );
    client_.logs_from = level;
    return {};
}

void session::notified(const notification& n)
{
    if (n.method != "notifications/cancelled")
        return;
    const auto* id = n.params.if_contains("requestId");
    const auto at = id != nullptr ? running_.find(id_text(*id)) : running_.end();
    if (at == running_.end() || at->second.cancelled)
        return;
    at->second.cancelled = true;
    if (at->second.up != nullptr)
        at->second.up->fall_silent();
    // Last: the request may end, and leave the table, before this returns.
    const auto coroutine = at->second.coroutine;
    io::nursery::cancel(coroutine);
}

io::task<> session::drain(io::deadline until)
{
    asked_.abandon();
    co_await nursery_.join(until);
}

io::task<result<>> session::close(io::deadline until)
{
    asked_.abandon();
    for (auto& [id, one] : running_) {
        one.cancelled = true;
        if (one.up != nullptr)
            one.up->fall_silent();
    }
    nursery_.cancel_all();
    co_return co_await nursery_.join(until);
}

} // namespace basekeeper::mcp
