// basekeeper doctor: looks at everything the program needs and names the next command for what is wrong.
#include "base/version.hpp"
#include "cli/commands.hpp"
#include "features/instances/probe.hpp"
#include "features/local/installation.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

namespace basekeeper::cli {
namespace {

enum class verdict
{
    good,
    remark, ///< works, but something is missing or could be better
    bad
};

struct finding
{
    std::string subject;
    verdict how = verdict::good;
    std::string text;
    std::string next;
};

finding from_error(std::string subject, verdict how, const error& e)
{
    return {.subject = std::move(subject), .how = how, .text = e.message, .next = e.hint};
}

std::string_view mark(verdict v)
{
    switch (v) {
    case verdict::good:
        return "ok";
    case verdict::remark:
        return "note";
    case verdict::bad:
        return "BAD";
    }
    return "";
}

void look_at_state(std::vector<finding>& out, const doctor_services& with)
{
    for (const auto& warning : with.settings.warnings)
        out.push_back({"configuration", verdict::remark, warning, ""});
    out.push_back(
        {"configuration",
         verdict::good,
         with.settings.file ? "read " + with.settings.file->string() : "no file; defaults and environment",
         ""}
    );
    const auto names = with.store.list_secret_names();
    if (!names)
        out.push_back(from_error("state", verdict::bad, names.error()));
    else {
        out.push_back(
            {"state", verdict::good, fmt::format("{} opens, {} secrets", with.store.dir().string(), names->size()), ""}
        );
        if (!names->empty()) {
            const auto opened = with.store.get_secret(names->front());
            out.push_back(
                opened ? finding{"master key", verdict::good, "opens the stored secrets", ""}
                       : from_error("master key", verdict::bad, opened.error())
            );
        }
    }
    auto trail = state::audit_trail::open(with.store.dir());
    if (!trail) {
        out.push_back(from_error("audit", verdict::bad, trail.error()));
        return;
    }
    const auto verified = trail->verify();
    if (!verified)
        out.push_back(from_error("audit", verdict::bad, verified.error()));
    else if (verified->broken_id)
        out.push_back(
            {"audit",
             verdict::bad,
             fmt::format("broken at entry {}: {}", *verified->broken_id, verified->finding),
             "basekeeper audit verify"}
        );
    else
        out.push_back({"audit", verdict::good, fmt::format("{} entries, chain intact", verified->checked), ""});
}

io::task<> look_at_postgres(std::vector<finding>& out, io::offload_pool& threads)
{
    const auto found = co_await local::find_installation(threads, {}, io::deadline::after(std::chrono::seconds{5}));
    if (found)
        out.push_back(
            {"PostgreSQL server", verdict::good, fmt::format("version {} for `basekeeper local`", found->major), ""}
        );
    else
        out.push_back(from_error("PostgreSQL server", verdict::remark, found.error()));
}

io::task<> look_at_instances(std::vector<finding>& out, const doctor_services& with)
{
    if (with.names.all().empty())
        out.push_back({"instances", verdict::remark, "none is configured", "basekeeper local up dev"});
    for (const auto& name : std::vector<std::string>(with.names.names())) {
        const auto subject = "instance " + name;
        const auto facts = co_await instances::look(with.open, name, io::deadline::after(std::chrono::seconds{5}));
        if (!facts) {
            out.push_back(from_error(subject, verdict::bad, facts.error()));
            continue;
        }
        out.push_back(
            {subject,
             verdict::good,
             fmt::format(
                 "PostgreSQL {}, {} of {} connections, login {}{}",
                 facts->version,
                 facts->connections,
                 facts->max_connections,
                 facts->login.user,
                 facts->login.superuser ? " (superuser)" : ""
             ),
             ""}
        );
        const auto pools = co_await with.open.of(name);
        if (pools && (*pools)->read_only == nullptr)
            out.push_back(
                {subject,
                 verdict::remark,
                 "no narrow login for query_database yet",
                 "basekeeper instance harden " + name}
            );
    }
}

} // namespace

io::task<int> doctor(doctor_services with, presentation show)
{
    std::vector<finding> all{{std::string(product_name), verdict::good, "version " + std::string(product_version), ""}};
    look_at_state(all, with);
    co_await look_at_postgres(all, with.threads);
    co_await look_at_instances(all, with);
    bool healthy = true;
    boost::json::array list;
    for (const auto& f : all) {
        healthy = healthy && f.how != verdict::bad;
        if (show.format == output::json)
            list.push_back(boost::json::object{
                {"subject", f.subject}, {"verdict", mark(f.how)}, {"finding", f.text}, {"next", f.next}
            });
        else
            show.screen.print(fmt::format(
                "{:<5} {}: {}{}",
                mark(f.how),
                f.subject,
                printable(f.text),
                f.next.empty() ? "" : "\n        next: " + f.next
            ));
    }
    if (show.format == output::json)
        show.screen.print(json::to_text(list));
    co_return healthy ? 0 : exit_code(condition::unavailable);
}

} // namespace basekeeper::cli
