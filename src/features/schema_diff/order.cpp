// Edges from the dependencies of both sides, then a topological order that is the same every time.
#include "features/schema_diff/order.hpp"

#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <tuple>

namespace basekeeper::schema_diff {
namespace {

constexpr int deepest_nesting = 8;

bool departs(const change& c)
{
    return c.what == action::drop || c.what == action::replace || c.what == action::supersede;
}

bool arrives(const change& c)
{
    return c.what == action::create || c.what == action::replace || c.what == action::supersede;
}

/// What can be dropped by itself before the table that it belongs to.
bool is_loose(kind k)
{
    return k == kind::constraint || k == kind::policy || k == kind::trigger || k == kind::rule ||
           k == kind::column_default;
}

/// The name that a fact takes for itself; empty when nothing of another kind can have it.
std::string taken_name(const fact& f)
{
    switch (f.id.what) {
    case kind::enum_type:
    case kind::composite_type:
    case kind::range_type:
    case kind::domain:
    case kind::sequence:
    case kind::table:
    case kind::index:
    case kind::view:
    case kind::materialized_view:
        return f.id.qualified();
    case kind::constraint:
        return f.at("type") == "c" || f.at("type") == "f" ? std::string() : f.id.schema + '.' + f.id.part;
    case kind::function:
    case kind::aggregate:
        return f.id.qualified() + '(' + f.id.part;
    default:
        return {};
    }
}

} // namespace

work_order::work_order(comparison& of) : of_(of)
{
    do
        build();
    while (!sort());
}

void work_order::build()
{
    tasks_.clear();
    for (auto* each : {&take_away_, &create_, &alter_, &finish_, &clear_away_})
        each->assign(of_.all().size(), no_task);
    add_tasks();
    order_departures();
    order_arrivals();
    order_pairs();
    order_attachments();
    order_names();
    for (auto& t : tasks_) {
        for (auto* list : {&t.before_it, &t.after_it}) {
            std::ranges::sort(*list);
            const auto twice = std::ranges::unique(*list);
            list->erase(twice.begin(), twice.end());
        }
    }
}

task_number work_order::add(std::uint32_t change_index, task_kind what)
{
    tasks_.push_back({.change = change_index, .what = what});
    return static_cast<task_number>(tasks_.size() - 1);
}

/// Columns, and what a column holds, are written with the table that is created.
bool work_order::in_new_table(const change& c) const
{
    const auto& f = of_.after()[c.after];
    return f.id.what == kind::column && f.inside != no_fact && arrives(of_.of_after(f.inside));
}

void work_order::add_tasks()
{
    const auto& all = of_.all();
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        const auto& c = all[i];
        if (departs(c) && !c.implied)
            take_away_[i] = add(i, task_kind::take_away);
        if (arrives(c) && !c.create_implied && !in_new_table(c))
            create_[i] = add(i, task_kind::create);
        if (c.what == action::alter)
            alter_[i] = add(i, task_kind::alter);
        if (c.what == action::supersede)
            clear_away_[i] = add(i, task_kind::clear_away);
        if (needs_finish(of_, c))
            finish_[i] = add(i, task_kind::finish);
    }
}

void work_order::put_before(task_number first, task_number second)
{
    if (first == no_task || second == no_task || first == second)
        return;
    tasks_[first].after_it.push_back(second);
    tasks_[second].before_it.push_back(first);
}

/// The task with which a fact goes: its own, or that of what takes it along.
task_number work_order::departure_of(fact_number in_before, int depth) const
{
    const auto i = of_.index_of_before(in_before);
    const auto& c = of_.all()[i];
    if (!departs(c) || depth > deepest_nesting)
        return no_task;
    if (take_away_[i] != no_task)
        return take_away_[i];
    const auto& f = of_.before()[in_before];
    if (f.inside != no_fact)
        if (const auto t = departure_of(f.inside, depth + 1); t != no_task)
            return t;
    for (const auto parent : f.follows)
        if (const auto t = departure_of(parent, depth + 1); t != no_task)
            return t;
    // The index of a partition goes with the index of its table, a sequence with the column that owns it.
    for (const auto n : of_.before().within(in_before))
        if (const auto k = of_.before()[n].id.what; k == kind::index_attachment || k == kind::sequence_owner)
            for (const auto needed : of_.before()[n].depends_on)
                if (needed != in_before)
                    if (const auto t = departure_of(needed, depth + 1); t != no_task)
                        return t;
    return no_task;
}

/// The task after which a fact is as the second side wants it; no_task when it is so already.
task_number work_order::arrival_of(fact_number in_after) const
{
    const auto i = of_.index_of_after(in_after);
    const auto& c = of_.all()[i];
    if (create_[i] != no_task)
        return create_[i];
    if (alter_[i] != no_task)
        return alter_[i];
    if (!arrives(c))
        return no_task;
    const auto& f = of_.after()[in_after];
    if (in_new_table(c))
        return create_[of_.index_of_after(f.inside)];
    for (const auto parent : f.follows)
        if (const auto t = arrival_of(parent); t != no_task)
            return t;
    return no_task;
}

void work_order::order_departures()
{
    for (fact_number n = 0; n < of_.before().all().size(); ++n)
        if (const auto& c = of_.of_before(n); c.what != action::keep)
            for (const auto dependent : of_.before().dependents(n))
                order_departure(n, dependent);
}

void work_order::order_departure(fact_number gone, fact_number dependent)
{
    const auto x = of_.index_of_before(gone);
    const auto d = of_.index_of_before(dependent);
    const auto& changed = of_.all()[x];
    const auto with = departure_of(dependent);
    if (changed.what == action::alter) {
        put_before(with, alter_[x]);
        return;
    }
    const auto task_of_gone = departure_of(gone);
    put_before(with, task_of_gone);
    if (changed.what == action::supersede) {
        put_before(alter_[d], clear_away_[x]);
        put_before(clear_away_[d], clear_away_[x]);
        return;
    }
    const auto after = of_.all()[d].after;
    const auto same = after == no_fact ? no_fact : of_.after().find(of_.before()[gone].id);
    const bool still_needed = same != no_fact && holds(of_.after()[after].depends_on, same);
    if (!still_needed)
        put_before(alter_[d], task_of_gone);
}

void work_order::order_arrivals()
{
    for (fact_number n = 0; n < of_.after().all().size(); ++n) {
        const auto consumer = arrival_of(n);
        if (consumer == no_task)
            continue;
        for (const auto needed : of_.after()[n].depends_on)
            put_before(arrival_of(needed), consumer);
        for (const auto parent : of_.after()[n].follows)
            put_before(arrival_of(parent), consumer);
    }
}

void work_order::order_pairs()
{
    for (std::uint32_t i = 0; i < of_.all().size(); ++i) {
        const auto& c = of_.all()[i];
        if (c.what == action::replace && create_[i] != no_task)
            put_before(departure_of(c.before), create_[i]);
        if (c.what == action::supersede) {
            put_before(take_away_[i], create_[i]);
            put_before(create_[i], clear_away_[i]);
        }
        if (finish_[i] == no_task)
            continue;
        put_before(create_[i], finish_[i]);
        put_before(alter_[i], finish_[i]);
        for (const auto n : of_.after().within(c.after))
            if (const auto k = of_.after()[n].id.what; k == kind::index || k == kind::constraint || k == kind::column)
                put_before(arrival_of(n), finish_[i]);
        if (c.before != no_fact)
            for (const auto n : of_.before().within(c.before))
                put_before(departure_of(n), finish_[i]);
    }
}

/// A partition has all it needs before it is attached, and loses what it may after it was detached.
void work_order::order_attachments()
{
    for (std::uint32_t i = 0; i < of_.all().size(); ++i) {
        const auto& c = of_.all()[i];
        if (create_[i] != no_task && of_.after()[c.after].id.what == kind::table_attachment) {
            const auto table = of_.after()[c.after].inside;
            if (table == no_fact)
                continue;
            for (const auto n : of_.after().within(table)) {
                const auto& f = of_.after()[n];
                const bool first = f.id.what == kind::index || f.id.what == kind::column ||
                                   (f.id.what == kind::constraint && f.at("type") != "f");
                if (first)
                    put_before(arrival_of(n), create_[i]);
            }
        }
        if (take_away_[i] != no_task && of_.before()[c.before].id.what == kind::table_attachment) {
            const auto table = of_.before()[c.before].inside;
            if (table == no_fact)
                continue;
            for (const auto n : of_.before().within(table)) {
                const auto& other = of_.of_before(n);
                if (other.before == c.before)
                    continue;
                put_before(take_away_[i], departure_of(n));
                put_before(take_away_[i], alter_[of_.index_of_before(n)]);
            }
        }
    }
}

void work_order::order_names()
{
    std::map<std::string, std::vector<task_number>> left;
    for (fact_number n = 0; n < of_.before().all().size(); ++n)
        if (departs(of_.of_before(n)))
            if (auto name = taken_name(of_.before()[n]); !name.empty())
                if (const auto t = departure_of(n); t != no_task)
                    left[std::move(name)].push_back(t);
    // An identity column that ends gives the name of its sequence free.
    for (std::uint32_t i = 0; i < of_.all().size(); ++i)
        if (const auto& c = of_.all()[i];
            alter_[i] != no_task && of_.before()[c.before].has("_sequence") && !of_.after()[c.after].has("_sequence"))
            left[std::string(of_.before()[c.before].at("_sequence"))].push_back(alter_[i]);
    for (std::uint32_t i = 0; i < of_.all().size(); ++i)
        if (create_[i] != no_task)
            if (const auto found = left.find(taken_name(of_.after()[of_.all()[i].after])); found != left.end())
                for (const auto t : found->second)
                    put_before(t, create_[i]);
}

/// The tasks in the order of preference: what goes first, then by kind and name.
std::vector<task_number> work_order::by_rank() const
{
    std::vector<task_number> order(tasks_.size());
    for (task_number t = 0; t < order.size(); ++t)
        order[t] = t;
    const auto phase = [](const task& t, kind k) {
        if (k == kind::default_privileges)
            return 3;
        if (t.what == task_kind::take_away)
            return 0;
        return t.what == task_kind::finish ? 2 : 1;
    };
    const auto key = [&](task_number n) {
        const auto& t = tasks_[n];
        const auto& c = of_.all()[t.change];
        const auto& f = c.after == no_fact ? of_.before()[c.before] : of_.after()[c.after];
        const auto& id = f.id;
        // Columns are added in the order in which the second side has them.
        const auto place = c.after != no_fact && id.what == kind::column ? c.after : 0;
        return std::tuple(
            phase(t, id.what),
            id.what,
            std::string_view(id.schema),
            std::string_view(id.name),
            place,
            std::string_view(id.part),
            t.what
        );
    };
    std::ranges::sort(order, [&](task_number a, task_number b) { return key(a) < key(b); });
    return order;
}

bool work_order::sort()
{
    sorted_.clear();
    const auto preferred = by_rank();
    std::vector<std::uint32_t> rank(tasks_.size());
    for (std::uint32_t r = 0; r < preferred.size(); ++r)
        rank[preferred[r]] = r;
    std::vector<std::size_t> open(tasks_.size());
    std::vector<bool> done(tasks_.size(), false);
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ready;
    for (task_number t = 0; t < tasks_.size(); ++t) {
        open[t] = tasks_[t].before_it.size();
        if (open[t] == 0)
            ready.push(rank[t]);
    }
    while (sorted_.size() < tasks_.size()) {
        if (ready.empty()) {
            if (loosen(done))
                return false;
            cut_circles_ = true;
            const auto stuck = std::ranges::find_if(preferred, [&](task_number t) { return !done[t]; });
            open[*stuck] = 0;
            ready.push(rank[*stuck]);
        }
        const auto t = preferred[ready.top()];
        ready.pop();
        if (done[t])
            continue;
        done[t] = true;
        sorted_.push_back(t);
        for (const auto next : tasks_[t].after_it)
            if (open[next] > 0 && --open[next] == 0)
                ready.push(rank[next]);
    }
    position_.assign(tasks_.size(), 0);
    for (std::uint32_t p = 0; p < sorted_.size(); ++p)
        position_[sorted_[p]] = p;
    return true;
}

/// Gives what goes with a table that is stuck in a circle statements of its own. False when there is nothing left.
bool work_order::loosen(const std::vector<bool>& done)
{
    bool any = false;
    for (task_number t = 0; t < tasks_.size(); ++t) {
        const auto& c = of_.all()[tasks_[t].change];
        if (done[t] || tasks_[t].what != task_kind::take_away || of_.before()[c.before].id.what != kind::table)
            continue;
        std::vector<fact_number> inside = of_.before().within(c.before);
        for (const auto n : of_.before().within(c.before))
            std::ranges::copy(of_.before().within(n), std::back_inserter(inside));
        for (const auto n : inside)
            if (of_.of_before(n).implied && is_loose(of_.before()[n].id.what) && !of_.before()[n].has("_inherited")) {
                of_.make_explicit(of_.index_of_before(n));
                any = true;
            }
    }
    return any;
}

} // namespace basekeeper::schema_diff
