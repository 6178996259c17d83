// What a table says of its indexes: replica identity and clustering; said last, when they stand.
#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

namespace basekeeper::schema_diff {
namespace {

/// What of a table is said of one of its indexes.
struct index_roles
{
    std::string replica_identity;
    std::string clustered;
    bool made_anew = false; ///< one of the indexes named is created by this plan
};

index_roles roles_after(const comparison& of, const change& c)
{
    index_roles out;
    out.replica_identity = of.after()[c.after].at("replica_identity");
    for (const auto n : of.after().within(c.after)) {
        const auto& f = of.after()[n];
        if (f.id.what != kind::index && f.id.what != kind::constraint)
            continue;
        const auto& name = f.id.what == kind::index ? f.id.name : f.id.part;
        const bool named = f.has("clustered") || out.replica_identity == "using index " + name;
        const auto what = of.of_after(n).what;
        out.made_anew = out.made_anew || (named && (what == action::create || what == action::replace));
        if (f.has("clustered"))
            out.clustered = name;
    }
    return out;
}

index_roles roles_before(const comparison& of, const change& c)
{
    index_roles out;
    if (c.before == no_fact || c.what == action::replace)
        return out;
    out.replica_identity = of.before()[c.before].at("replica_identity");
    for (const auto n : of.before().within(c.before)) {
        const auto& f = of.before()[n];
        if (f.has("clustered") && of.of_before(n).what != action::drop)
            out.clustered = f.id.what == kind::index ? f.id.name : f.id.part;
    }
    return out;
}

std::string toast_options(fact_number n, const snapshot& side)
{
    return options_for(option_target::toast, side[n].at("options"));
}

} // namespace

bool needs_finish(const comparison& of, const change& c)
{
    if (c.after == no_fact)
        return false;
    const auto what = of.after()[c.after].id.what;
    if (what != kind::table && what != kind::materialized_view)
        return false;
    if (c.what == action::alter && toast_options(c.before, of.before()) != toast_options(c.after, of.after()))
        return true;
    const auto wanted = roles_after(of, c);
    const auto had = roles_before(of, c);
    return wanted.replica_identity != had.replica_identity || wanted.clustered != had.clustered || wanted.made_anew;
}

void finish_table(const writing& w, const change& c)
{
    const auto& f = w.after(c);
    if (c.what == action::alter)
        change_options(
            w,
            f,
            toast_options(c.before, w.of.before()),
            toast_options(c.after, w.of.after()),
            {.lock = lock_class::share_update_exclusive}
        );
    const auto wanted = roles_after(w.of, c);
    const auto had = roles_before(w.of, c);
    const auto say = [&](const std::string& what) {
        w.to.push_back(
            {.sql = fmt::format("alter {} {}", phrase(f), what),
             .object = describe(f.id),
             .lock = lock_class::access_exclusive}
        );
    };
    const bool by_index = wanted.replica_identity.starts_with("using");
    if (wanted.replica_identity != had.replica_identity || (wanted.made_anew && by_index))
        say("replica identity " + (wanted.replica_identity.empty() ? "default" : wanted.replica_identity));
    if (!wanted.clustered.empty() && (wanted.clustered != had.clustered || wanted.made_anew))
        say("cluster on " + wanted.clustered);
    else if (wanted.clustered.empty() && !had.clustered.empty())
        say("set without cluster");
}

} // namespace basekeeper::schema_diff
