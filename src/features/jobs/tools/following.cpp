// Progress counts up in either direction: what is being taken back is counted from where that began.
#include "features/jobs/tools/following.hpp"

#include "jobs/report.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace basekeeper::jobs::tools {
namespace {

/// Tells a client how far a job is, in percent.
class teller
{
public:
    explicit teller(mcp::peer& to) : to_(to) {}

    void operator()(const view& job)
    {
        const auto& r = job.record;
        double done = r.fraction;
        if (r.status == state::job_status::undoing) {
            undo_from_ = std::max(undo_from_.value_or(r.fraction), r.fraction);
            done = *undo_from_ > 0 ? (*undo_from_ - r.fraction) / *undo_from_ : 0;
        } else if (r.status == state::job_status::undone)
            done = 1;
        to_.progress(100 * done, 100, r.message);
    }

private:
    mcp::peer& to_;
    std::optional<double> undo_from_;
};

} // namespace

io::task<result<view>> look_in_call(engine& of, std::string id, mcp::call& c, io::deadline until)
{
    teller told(c.client());
    auto end = co_await of.follow(id, [&told](const view& job) { told(job); }, until);
    if (!end && end.error().code == condition::timeout)
        end = co_await of.get(std::move(id));
    co_return end;
}

io::task<result<view>> follow_in_call(engine& of, std::string id, mcp::call& c, outcome unsuccessful)
{
    auto end = co_await look_in_call(of, id, c, c.deadline());
    if (!end && end.error().code == condition::cancelled) {
        // Nobody is left to hear whether that worked: it is over already, or stops at its next step.
        static_cast<void>(co_await of.cancel(std::move(id)));
        co_return end;
    }
    if (end && unsuccessful == outcome::failure)
        if (auto why = why_stopped(*end))
            co_return fail(*std::move(why));
    co_return end;
}

io::task<result<view>> run_as_job(engine& of, request what, mcp::call& c, outcome unsuccessful)
{
    if (what.principal.empty())
        what.principal = c.who().id;
    const auto begun = CO_TRY(co_await of.start(std::move(what)));
    co_return co_await follow_in_call(of, begun.record.id, c, unsuccessful);
}

} // namespace basekeeper::jobs::tools
