// Keeping tasks: bounds, time to live, ends that are final.
#include "mcp/task_store.hpp"

#include "crypto/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <ranges>

namespace basekeeper::mcp {
namespace {

/// Nobody can guess one: whoever knows an id and is not the principal is still told that there is no such task.
constexpr std::size_t id_bytes = 24;

std::string unused_key(const std::set<std::string, std::less<>>& used, const std::string& wanted)
{
    if (!used.contains(wanted))
        return wanted;
    for (int n = 2;; ++n)
        if (auto next = fmt::format("{}-{}", wanted, n); !used.contains(next))
            return next;
}

} // namespace

task_store::task_store(
    task_limits limits, const clock& time, changes& news, std::function<void(std::string_view)> report_bug
)
    : limits_(limits), time_(time), news_(news), report_bug_(std::move(report_bug))
{}

void task_store::forget_old()
{
    std::vector<std::shared_ptr<task_record>> old;
    for (const auto& [id, one] : all_)
        if (one.until <= time_.steady())
            old.push_back(one.what);
    for (const auto& one : old) {
        cancel(*one, "its time to live is over");
        all_.erase(one->id());
    }
}

bool task_store::has_room(std::string_view owner)
{
    forget_old();
    const auto theirs = std::ranges::count_if(all_, [&](const auto& one) { return one.second.what->owner() == owner; });
    return !closed_ && all_.size() < limits_.most && static_cast<std::size_t>(theirs) < limits_.most_per_principal;
}

std::shared_ptr<task_record> task_store::create(
    std::string_view owner, task_call of, std::optional<std::chrono::milliseconds> ttl, io::executor where
)
{
    const auto kept_for = std::clamp(ttl.value_or(limits_.ttl), limits_.shortest_ttl, limits_.longest_ttl);
    if (!work_)
        work_.emplace(where, [this](const std::exception_ptr&) { report_bug_("the work of a task ended by a bug"); });
    auto made = std::make_shared<task_record>(
        crypto::random_token(id_bytes), std::string(owner), std::move(of), time_.wall(), kept_for, std::move(where)
    );
    all_.emplace(
        made->id(), entry{.what = made, .work = {}, .number = ++last_number_, .until = time_.steady() + kept_for}
    );
    return made;
}

io::task<> task_store::guard(std::shared_ptr<task_record> t, io::task<> work)
{
    try {
        co_await std::move(work);
    } catch (const std::exception& bug) {
        report_bug_(bug.what());
    }
    end(*t, std::unexpected(rpc_error{rpc_code::internal_error, "Internal error"}));
}

void task_store::start(const std::shared_ptr<task_record>& t, io::task<> work)
{
    auto handle = work_->spawn(guard(t, std::move(work)));
    if (const auto at = all_.find(t->id()); at != all_.end())
        at->second.work = std::move(handle);
}

void task_store::publish(const std::shared_ptr<task_record>& t)
{
    if (const auto at = all_.find(t->id()); at != all_.end())
        at->second.published = true;
}

std::shared_ptr<task_record> task_store::find(std::string_view id, std::string_view owner)
{
    forget_old();
    const auto at = all_.find(id);
    if (at == all_.end() || !at->second.published || at->second.what->owner() != owner)
        return nullptr;
    return at->second.what;
}

std::vector<std::shared_ptr<task_record>> task_store::of(std::string_view owner)
{
    forget_old();
    std::vector<const entry*> theirs;
    for (const auto& [id, one] : all_)
        if (one.published && one.what->owner() == owner)
            theirs.push_back(&one);
    std::ranges::sort(theirs, {}, &entry::number);
    std::vector<std::shared_ptr<task_record>> out;
    out.reserve(theirs.size());
    for (const auto* one : theirs)
        out.push_back(one->what);
    return out;
}

void task_store::discard(const std::shared_ptr<task_record>& t)
{
    cancel(*t, "it is not wanted any more");
    all_.erase(t->id());
}

void task_store::tell(task_record& t)
{
    t.touch(time_.wall());
    if (const auto at = all_.find(t.id()); at != all_.end() && at->second.published)
        news_.publish_task(t);
}

void task_store::end(task_record& t, task_end how)
{
    if (t.ended())
        return;
    t.message_ = how ? how->message : how.error().message;
    t.end_ = std::move(how);
    t.open_.clear();
    tell(t);
}

void task_store::note(task_record& t, std::string_view message)
{
    if (t.ended() || message.empty())
        return;
    t.message_ = message;
    t.updated_ = time_.wall();
}

std::string task_store::ask(task_record& t, input_request what)
{
    auto key = unused_key(t.asked_, what.key);
    if (t.ended())
        return key;
    what.key = key;
    t.asked_.insert(key);
    t.open_.push_back(std::move(what));
    tell(t);
    return key;
}

std::optional<std::optional<boost::json::value>> task_store::take(task_record& t, std::string_view key)
{
    const auto at = t.given_.find(key);
    if (at == t.given_.end())
        return std::nullopt;
    std::optional given(std::move(at->second));
    t.given_.erase(at);
    return given;
}

void task_store::drop(task_record& t, std::string_view key)
{
    t.given_.erase(t.given_.lower_bound(key), t.given_.upper_bound(key));
    if (std::erase_if(t.open_, [&](const input_request& one) { return one.key == key; }) > 0 && !t.ended())
        tell(t);
}

void task_store::answer(task_record& t, std::string_view key, std::optional<boost::json::value> response)
{
    const auto at = std::ranges::find(t.open_, key, &input_request::key);
    if (at == t.open_.end())
        return;
    t.given_.insert_or_assign(at->key, std::move(response));
    t.open_.erase(at);
    tell(t);
}

bool task_store::claim(task_record& t, std::string_view key)
{
    return t.claimed_.emplace(key).second;
}

void task_store::release(task_record& t, std::string_view key)
{
    t.claimed_.erase(t.claimed_.lower_bound(key), t.claimed_.upper_bound(key));
    t.touch(t.updated());
}

void task_store::cancel(task_record& t, std::string_view why)
{
    if (t.ended())
        return;
    t.cancelled_ = true;
    t.message_ = why;
    t.open_.clear();
    // Before anybody is woken: work that ends by itself takes its cancellation signal with it.
    if (const auto at = all_.find(t.id()); at != all_.end()) {
        const auto work = at->second.work; // it may end before this returns
        io::nursery::cancel(work);
    }
    tell(t);
}

io::task<result<>> task_store::close(io::deadline until)
{
    closed_ = true;
    std::vector<std::shared_ptr<task_record>> open;
    open.reserve(all_.size());
    for (const auto& [id, one] : all_)
        open.push_back(one.what);
    for (const auto& one : open)
        cancel(*one, "the server stops");
    if (!work_)
        co_return result<>{};
    work_->cancel_all();
    co_return co_await work_->join(until);
}

} // namespace basekeeper::mcp
