// Taking messages in: batches, eras, the handshake, cancellation.
#include "mcp/session.hpp"

#include "base/text.hpp"
#include "mcp/envelope.hpp"
#include "mcp/listen.hpp"
#include "mcp/session_requests.hpp"

#include <fmt/format.h>

#include <exception>
#include <vector>

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

session::session(server& of, caller who, outbox& out, io::executor where)
    : server_(of), from_(std::make_shared<const caller>(std::move(who))), out_(out),
      own_(std::shared_ptr<void>{}, &out), asked_(where), ending_(where),
      nursery_(where, [&of](const std::exception_ptr& bug) { of.report_bug(what(bug)); })
{}

session::~session()
{
    if (agreed_)
        server_.news().remove(*this);
}

const codec& session::legacy_voice() const
{
    return server_.speaking(agreed_.value_or(newest_legacy));
}

void session::receive(std::string_view text)
{
    auto document = read_document(text, server_.settings().message_limits);
    if (!document)
        refuse_unread(std::move(document).error());
    else
        receive(*std::move(document), nullptr);
}

void session::receive(boost::json::value document, std::shared_ptr<outbox> reply)
{
    const reply_path to{.out = reply ? std::move(reply) : own_};
    if (document.is_array())
        receive_batch(std::move(document.get_array()), to);
    else
        take(classify(std::move(document)), to);
}

void session::refuse_unread(rpc_error why)
{
    refuse({.out = own_}, {}, std::move(why), fault::envelope);
}

void session::receive_batch(boost::json::array messages, const reply_path& to)
{
    if (!agreed_ || !traits_of(*agreed_).batches)
        return refuse(
            to,
            {},
            {rpc_code::invalid_request, "Invalid request: this version of the protocol has no batches"},
            fault::envelope
        );
    if (messages.empty())
        return refuse(to, {}, {rpc_code::invalid_request, "Invalid request: the batch is empty"}, fault::envelope);
    // What is answered at once has no other bound, and the answers are kept until the last one is there.
    if (const auto most = server_.settings().most_in_batch; messages.size() > most)
        return refuse(
            to,
            {},
            {rpc_code::invalid_request, fmt::format("Invalid request: a batch holds at most {} messages", most)},
            fault::envelope
        );
    const reply_path together{.out = to.out, .of = std::make_shared<batch>()};
    ++together.of->open; // the batch itself, so that it cannot end while it is being read
    for (auto& one : messages)
        take(classify(std::move(one)), together);
    deliver(together, {}, {.kind = message_kind::answer});
}

void session::take(incoming message, const reply_path& to)
{
    if (auto* call = std::get_if<request>(&message)) {
        start(std::move(*call), to);
    } else if (auto* bad = std::get_if<rejected>(&message)) {
        if (to.of)
            ++to.of->open;
        refuse(to, bad->id, std::move(bad->why), fault::envelope);
    } else if (auto* news = std::get_if<notification>(&message)) {
        notified(*news);
    } else if (auto* reply = std::get_if<response>(&message)) {
        asked_.answer(std::move(*reply));
    }
}

void session::start(request r, const reply_path& to)
{
    if (to.of)
        ++to.of->open;
    if (running_.contains(r.id)) {
        rpc_error why{rpc_code::invalid_request, "Invalid request: a request with this id is still running"};
        return refuse(to, r.id, std::move(why), fault::envelope);
    }
    if (claims_modern_era(r.params))
        start_modern(std::move(r), to);
    else
        start_legacy(std::move(r), to);
}

void session::start_modern(request r, const reply_path& to)
{
    auto from = read_envelope(r.params);
    if (!from)
        return refuse(to, r.id, std::move(from).error(), fault::envelope);
    const auto m = find_method(r.method, era::modern, server_.offers());
    if (!m)
        return refuse(to, r.id, no_such_method(r.method), fault::envelope);
    job j{.what = std::move(r), .which = *m, .speak = server_.modern(), .who = from_, .from = *from, .to = to};
    if (may_wait(*m))
        run(std::move(j));
    else
        answer_at_once(std::move(j));
}

void session::start_legacy(request r, const reply_path& to)
{
    const auto m = find_method(r.method, era::legacy, server_.offers());
    if (!m || (is_about_tasks(*m) && agreed_ && !traits_of(*agreed_).core_tasks))
        return refuse(to, r.id, no_such_method(r.method), fault::envelope);
    if (!agreed_ && *m != method::initialize && *m != method::ping) {
        rpc_error why{rpc_code::invalid_request, "Invalid request: send initialize before " + r.method};
        return refuse(to, r.id, std::move(why), fault::envelope);
    }
    job j{.what = std::move(r), .which = *m, .speak = legacy_voice(), .who = from_, .from = client_, .to = to};
    if (may_wait(*m))
        run(std::move(j));
    else
        answer_at_once(std::move(j));
}

void session::answer_at_once(job j)
{
    auto& r = j.what;
    auto message = begin_result(r.id);
    exchange x{
        .of = server_, .speak = j.speak, .from = *j.who, .declared = j.from, .params = r.params, .message = message
    };
    outcome came_to;
    try {
        if (j.which == method::initialize)
            came_to = j.to.of
                          ? mcp::refuse(rpc_code::invalid_request, "Invalid request: initialize cannot be in a batch")
                          : initialize(r, message);
        else if (j.which == method::set_log_level)
            came_to = set_log_level(r);
        else if (j.which == method::subscribe || j.which == method::unsubscribe)
            came_to = subscribe(j.which, r);
        else
            came_to = answer_now(j.which, x);
    } catch (const std::exception& bug) {
        server_.report_bug(bug.what());
        came_to = mcp::refuse(rpc_code::internal_error, "Internal error");
    }
    if (!came_to)
        return refuse(j.to, r.id, std::move(came_to).error(), fault::handler);
    // The codec of before: initialize is answered in the version that it asks for, which has nothing to add.
    j.speak.finish_result(message, x.traits);
    deliver(j.to, std::move(message), {.kind = message_kind::answer});
}

outcome session::initialize(request& r, std::string& message)
{
    if (agreed_)
        return mcp::refuse(rpc_code::invalid_request, "Invalid request: the session is initialized already");
    const auto version = text_parameter(r.params, "protocolVersion");
    if (!version)
        return mcp::refuse(rpc_code::invalid_params, "Invalid params: protocolVersion must be a string");
    agreed_ = negotiate(*version);
    const auto* declared = r.params.if_contains("capabilities");
    client_ =
        declared != nullptr && declared->is_object() ? read_capabilities(declared->get_object()) : client_profile{};
    client_.answers_forms = client_.answers_forms && traits_of(*agreed_).elicitation;
    client_.opens_urls = client_.opens_urls && traits_of(*agreed_).elicitation_mode;
    client_.logs_from = log_level::info;
    exchange x{
        .of = server_,
        .speak = legacy_voice(),
        .from = *from_,
        .declared = client_,
        .params = r.params,
        .message = message
    };
    write_handshake(x);
    server_.news().add(*this);
    return {};
}

outcome session::set_log_level(const request& r)
{
    const auto level = find_log_level(text_parameter(r.params, "level").value_or(""));
    if (!level)
        return mcp::refuse(
            rpc_code::invalid_params,
            "Invalid params: level must be one of debug, info, notice, warning, error, critical, alert, emergency"
        );
    client_.logs_from = level;
    return {};
}

outcome session::subscribe(method m, const request& r)
{
    constexpr std::size_t most_subscriptions = 1'000;
    const auto uri = text_parameter(r.params, "uri");
    if (!uri || uri->empty())
        return mcp::refuse(rpc_code::invalid_params, "Invalid params: uri must be the address of a resource");
    if (m == method::unsubscribe)
        subscribed_.erase(subscribed_.lower_bound(*uri), subscribed_.upper_bound(*uri));
    else if (!may_watch(*uri, server_.offers(), server_.rules(), *from_))
        return std::unexpected(legacy_voice().resource_not_found(*uri));
    else if (subscribed_.size() >= most_subscriptions)
        return mcp::refuse(rpc_code::internal_error, "Too many subscriptions: unsubscribe from some first");
    else
        subscribed_.emplace(*uri);
    return {};
}

void session::notified(const notification& n)
{
    if (n.method != "notifications/cancelled")
        return;
    const auto* id = n.params.if_contains("requestId");
    const auto at = id != nullptr ? running_.find(id_text(*id)) : running_.end();
    if (at != running_.end())
        withdraw(at->second);
}

void session::withdraw(running_request& one)
{
    if (one.cancelled)
        return;
    one.cancelled = true;
    if (one.up != nullptr)
        one.up->fall_silent();
    // Last: the request may end, and leave the table, before this returns.
    const auto coroutine = one.coroutine;
    io::nursery::cancel(coroutine);
}

void session::cancel_all()
{
    std::vector<std::string> ids;
    ids.reserve(running_.size());
    for (const auto& [id, one] : running_)
        ids.push_back(id);
    for (const auto& id : ids)
        if (const auto at = running_.find(id); at != running_.end())
            withdraw(at->second);
}

void session::list_changed(list_kind which)
{
    out_.send(list_changed_notice(which) + "}}", {.kind = message_kind::notice});
}

void session::resource_updated(std::string_view uri)
{
    if (!subscribed_.contains(uri))
        return;
    out_.send(resource_updated_notice(uri) + "}}", {.kind = message_kind::notice});
}

void session::renew(principal who)
{
    from_ = std::make_shared<const caller>(std::move(who), from_->sees);
}

void session::wind_up()
{
    asked_.abandon();
    ending_.set();
}

io::task<> session::drain(io::deadline until)
{
    wind_up();
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
    auto ended = co_await nursery_.join(until);
    // Who waits for ever relies on it, also when told to stop: what runs refers to this session.
    while (until.is_never() && nursery_.size() > 0)
        ended = co_await nursery_.join(until);
    co_return ended;
}

} // namespace basekeeper::mcp
