// Pairs the facts of both sides, judges each pair, and follows what the changes do to dependents.
#include "features/schema_diff/changes.hpp"

#include "features/schema_diff/judgement.hpp"

#include <algorithm>

namespace basekeeper::schema_diff {
namespace {

bool is_gone(action a)
{
    return a == action::drop || a == action::replace;
}

bool is_type(kind k)
{
    return k == kind::enum_type || k == kind::composite_type || k == kind::range_type || k == kind::domain;
}

/// Whether a dependent of a column survives the column's new type.
bool survives_retyping(const fact& dependent)
{
    switch (dependent.id.what) {
    case kind::index:
        return !dependent.has("_computed");
    case kind::constraint:
        return dependent.at("type") == "p" || dependent.at("type") == "u";
    case kind::column:
        return !dependent.has("generated");
    case kind::publication_table:
        return !dependent.has("condition");
    case kind::sequence:
    case kind::sequence_owner:
    case kind::table:
    case kind::table_attachment:
    case kind::index_attachment:
    case kind::view_column:
        return true;
    default:
        return false;
    }
}

} // namespace

comparison::comparison(const snapshot& before, const snapshot& after, comparison_rules rules)
    : before_(before), after_(after), rules_(rules)
{
    pair_up();
    judge();
    spread();
    mark_inherited();
}

void comparison::pair_up()
{
    by_before_.resize(before_.all().size());
    by_after_.resize(after_.all().size());
    for (fact_number n = 0; n < before_.all().size(); ++n) {
        by_before_[n] = static_cast<std::uint32_t>(changes_.size());
        const auto other = after_.find(before_[n].id);
        if (other != no_fact)
            by_after_[other] = by_before_[n];
        changes_.push_back({.before = n, .after = other});
    }
    for (fact_number n = 0; n < after_.all().size(); ++n)
        if (before_.find(after_[n].id) == no_fact) {
            by_after_[n] = static_cast<std::uint32_t>(changes_.size());
            changes_.push_back({.before = no_fact, .after = n});
        }
}

void comparison::judge()
{
    for (auto& c : changes_) {
        if (c.before == no_fact) {
            c.what = action::create;
            continue;
        }
        if (c.after == no_fact) {
            // Default privileges and words about columns of views are not objects: without them is a value as well.
            c.what = action::drop;
            waiting_.push_back({c.before, cause::gone});
            continue;
        }
        const auto seen = schema_diff::judge(before_[c.before], after_[c.after], rules_);
        c.what = seen.what;
        c.retyped = seen.retyped;
        if (c.what == action::replace)
            waiting_.push_back({c.before, cause::gone});
        else if (c.what == action::supersede)
            waiting_.push_back({c.before, cause::superseded});
        else if (c.retyped)
            waiting_.push_back({c.before, cause::retyped});
    }
}

bool comparison::lies_inside(fact_number inner, fact_number outer) const
{
    for (auto at = before_[inner].inside; at != no_fact; at = before_[at].inside)
        if (at == outer)
            return true;
    return false;
}

bool comparison::still_needs(const change& c, fact_number needed) const
{
    if (c.after == no_fact)
        return false;
    const auto there = after_.find(before_[needed].id);
    return there != no_fact && holds(after_[c.after].depends_on, there);
}

void comparison::lose(fact_number n, dropped by)
{
    auto& c = changes_[by_before_[n]];
    c.implied = c.implied || by == dropped::with_another;
    if (is_gone(c.what))
        return;
    c.what = action::replace;
    c.retyped = false;
    waiting_.push_back({n, cause::gone});
}

void comparison::retype(fact_number n)
{
    auto& c = changes_[by_before_[n]];
    if (is_gone(c.what) || c.retyped)
        return;
    c.what = action::alter;
    c.retyped = true;
    waiting_.push_back({n, cause::retyped});
}

void comparison::supersede(fact_number n)
{
    auto& c = changes_[by_before_[n]];
    if (is_gone(c.what) || c.what == action::supersede)
        return;
    c.what = action::supersede;
    waiting_.push_back({n, cause::superseded});
}

void comparison::spread()
{
    while (!waiting_.empty()) {
        const auto next = waiting_.back();
        waiting_.pop_back();
        for (const auto dependent : before_.dependents(next.of))
            spread_to(dependent, next);
    }
}

void comparison::spread_to(fact_number dependent, event from)
{
    const auto& d = before_[dependent];
    const auto& c = changes_[by_before_[dependent]];
    if (from.why == cause::retyped) {
        if (!survives_retyping(d))
            lose(dependent, dropped::by_itself);
        return;
    }
    if (from.why == cause::superseded) {
        if (d.id.what == kind::column && !d.has("generated"))
            retype(dependent);
        else if (is_type(d.id.what))
            supersede(dependent);
        else if (d.id.what == kind::domain_constraint)
            lose(dependent, dropped::with_another);
        else if (d.id.what != kind::table)
            lose(dependent, dropped::by_itself);
        return;
    }
    if (lies_inside(dependent, from.of)) {
        lose(dependent, dropped::with_another);
        return;
    }
    const auto cause_kind = before_[from.of].id.what;
    if (d.id.what == kind::index_attachment && (cause_kind == kind::index || cause_kind == kind::constraint)) {
        // The index of a partition goes with the index of its table.
        lose(dependent, dropped::with_another);
        if (d.inside != no_fact)
            lose(d.inside, dropped::with_another);
        return;
    }
    if (d.id.what == kind::sequence_owner) {
        const auto sequence = d.inside;
        if (sequence != no_fact && changes_[by_before_[sequence]].after == no_fact) {
            changes_[by_before_[sequence]].implied = true;
            lose(dependent, dropped::with_another);
            return;
        }
    }
    if (is_gone(c.what))
        return;
    // What lets go of it by an ALTER can do so before it goes; what is used as a type must, for its rows are kept.
    const bool lets_go = c.what == action::alter && !still_needs(c, from.of);
    const bool holds_rows = d.id.what == kind::table || (d.id.what == kind::column && !d.has("generated"));
    if (!lets_go && !holds_rows)
        lose(dependent, dropped::by_itself);
}

/// Columns and checks that a table has from another one come and go with those.
void comparison::mark_inherited()
{
    for (auto& c : changes_) {
        if (c.what == action::drop && before_[c.before].has("_inherited"))
            for (const auto parent : before_[c.before].follows)
                c.implied = c.implied || is_gone(changes_[by_before_[parent]].what);
        if ((c.what == action::create || c.what == action::replace) && after_[c.after].has("_inherited"))
            for (const auto parent : after_[c.after].follows) {
                const auto& p = changes_[by_after_[parent]];
                const auto table = after_[c.after].inside;
                const bool new_table = table != no_fact && changes_[by_after_[table]].what != action::keep &&
                                       changes_[by_after_[table]].what != action::alter;
                const bool new_partition = new_table && after_[table].has("_partition");
                if (!new_partition && (new_table || p.what == action::create || p.what == action::replace))
                    c.create_implied = true;
                if (c.create_implied && c.before != no_fact)
                    c.implied = true;
            }
    }
}

} // namespace basekeeper::schema_diff
