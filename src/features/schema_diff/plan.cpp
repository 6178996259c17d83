// Writes the tasks in their order, folds into CREATE TABLE what fits there, and holds back what destroys.
#include "features/schema_diff/plan.hpp"

#include "features/schema_diff/order.hpp"
#include "features/schema_diff/writing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace basekeeper::schema_diff {
namespace {

/// Tasks and what each of them writes.
class draft
{
public:
    explicit draft(comparison& of) : of_(of), order_(of), written_(order_.tasks().size()), held_(written_.size(), false)
    {
        fold();
        for (task_number t = 0; t < written_.size(); ++t)
            write(t);
    }

    void hold_back();
    plan finish() &&;

private:
    void fold();
    bool fits(task_number guest, task_number host) const;
    void write(task_number t);
    void write_departure(const writing& to, const change& c) const;
    bool loses(task_number t) const;
    void hold_group(task_number t, std::vector<task_number>& waiting);

    comparison& of_;
    work_order order_;
    std::vector<steps> written_;
    std::vector<bool> held_;
    std::set<std::string> notes_;
    std::map<task_number, std::vector<fact_number>> guests_; // by the task that writes them
    std::set<task_number> folded_;
};

/// True when everything that `guest` waits for, other than `host`, is done before `host`.
bool draft::fits(task_number guest, task_number host) const
{
    return std::ranges::all_of(order_.tasks()[guest].before_it, [&](task_number t) {
        return t == host || order_.position(t) < order_.position(host);
    });
}

/// Defaults and constraints of a new table, and the default of a new column, become part of its statement.
void draft::fold()
{
    const auto& after = of_.after();
    for (const auto host : order_.sorted()) {
        const auto& t = order_.tasks()[host];
        const auto& c = of_.all()[t.change];
        if (t.what != task_kind::create)
            continue;
        const auto what = after[c.after].id.what;
        if (what != kind::table && what != kind::column)
            continue;
        std::vector<fact_number> inside = after.within(c.after);
        if (what == kind::table)
            for (const auto n : after.within(c.after))
                std::ranges::copy(after.within(n), std::back_inserter(inside));
        for (const auto n : inside) {
            const auto& f = after[n];
            const bool constraint =
                f.id.what == kind::constraint && f.at("type") != "f" && !f.at("definition").ends_with("NOT VALID");
            const auto guest = order_.creation(of_.index_of_after(n));
            if ((!constraint && f.id.what != kind::column_default) || guest == no_task || !fits(guest, host))
                continue;
            guests_[host].push_back(n);
            folded_.insert(guest);
        }
        if (const auto found = guests_.find(host); found != guests_.end())
            std::ranges::sort(found->second, {}, [&](fact_number n) {
                // Primary key, unique, the rest.
                const auto type = after[n].at("type");
                return std::pair(type == "p" ? 0 : type == "u" ? 1 : 2, after[n].id.part);
            });
    }
}

void draft::write_departure(const writing& to, const change& c) const
{
    if (c.what == action::supersede)
        move_type_away(to, c);
    else if (!drop_table_part(to, c) && !drop_code(to, c))
        drop_access(to, c);
}

void draft::write(task_number t)
{
    if (folded_.contains(t))
        return;
    const writing to{of_, written_[t], notes_};
    const auto& c = of_.all()[order_.tasks()[t].change];
    switch (order_.tasks()[t].what) {
    case task_kind::take_away:
        write_departure(to, c);
        break;
    case task_kind::create: {
        const auto found = guests_.find(t);
        const auto guests = found == guests_.end() ? std::vector<fact_number>{} : found->second;
        if (!create_table_part(to, c, guests) && !create_type(to, c) && !create_code(to, c))
            create_access(to, c);
        break;
    }
    case task_kind::alter:
        if (!alter_table_part(to, c) && !alter_type(to, c) && !alter_code(to, c))
            alter_access(to, c);
        break;
    case task_kind::finish:
        finish_table(to, c);
        break;
    case task_kind::clear_away:
        drop_moved_type(to, c);
        break;
    }
}

bool draft::loses(task_number t) const
{
    return std::ranges::any_of(written_[t], [](const step& s) { return s.loses != loss::none; });
}

/// Holds a task with the others of the same change: an object that is not created again must not be dropped.
void draft::hold_group(task_number t, std::vector<task_number>& waiting)
{
    if (held_[t])
        return;
    held_[t] = true;
    waiting.push_back(t);
}

void draft::hold_back()
{
    std::map<std::uint32_t, std::vector<task_number>> by_change;
    for (task_number t = 0; t < held_.size(); ++t)
        by_change[order_.tasks()[t].change].push_back(t);
    std::vector<task_number> waiting;
    for (task_number t = 0; t < held_.size(); ++t)
        if (loses(t))
            hold_group(t, waiting);
    while (!waiting.empty()) {
        const auto t = waiting.back();
        waiting.pop_back();
        for (const auto next : order_.tasks()[t].after_it)
            hold_group(next, waiting);
        const auto what = of_.all()[order_.tasks()[t].change].what;
        if (what == action::replace || what == action::supersede)
            for (const auto other : by_change[order_.tasks()[t].change])
                hold_group(other, waiting);
    }
}

plan draft::finish() &&
{
    plan out;
    for (const auto t : order_.sorted()) {
        auto& to = held_[t] ? out.held_back : out.steps;
        to.insert(to.end(), std::make_move_iterator(written_[t].begin()), std::make_move_iterator(written_[t].end()));
    }
    if (order_.cut_circles())
        notes_.insert("some objects need each other in a circle; the order of their statements may need a hand");
    out.notes.assign(notes_.begin(), notes_.end());
    return out;
}

void add_cost(std::string& script, const step& s)
{
    std::string words;
    const auto say = [&](std::string_view text) { words.append(words.empty() ? "-- " : "; ").append(text); };
    if (s.work == row_work::rewrite)
        say("rewrites the table");
    else if (s.work == row_work::scan)
        say("reads the whole table");
    if (s.loses != loss::none)
        say(s.loses == loss::data ? "LOSES DATA" : "removes an object");
    if (!s.note.empty())
        say(s.note);
    if (!words.empty())
        script.append(words).append("\n");
}

} // namespace

plan make_plan(const snapshot& before, const snapshot& after, comparison_rules rules, destructive_steps destructive)
{
    comparison of(before, after, rules);
    draft d(of);
    if (destructive == destructive_steps::held_back)
        d.hold_back();
    auto out = std::move(d).finish();
    for (const auto* side : {&before, &after})
        for (const auto& what : side->not_compared) {
            auto sentence = fmt::format("not compared: {} of the {} side", what, side == &before ? "first" : "second");
            if (!holds(out.notes, sentence))
                out.notes.push_back(std::move(sentence));
        }
    return out;
}

std::string to_script(const plan& what)
{
    std::string out;
    if (!what.steps.empty())
        out += "set lock_timeout = '3s';\nset check_function_bodies = off;\nset search_path = '';\nbegin;\n";
    for (std::size_t i = 0; i < what.steps.size(); ++i) {
        const auto& s = what.steps[i];
        add_cost(out, s);
        out.append(s.sql).append(";\n");
        if (s.mode == transaction_mode::commit_after && i + 1 < what.steps.size())
            out += "commit;\nbegin;\n";
    }
    if (!what.steps.empty())
        out += "commit;\n";
    return out;
}

} // namespace basekeeper::schema_diff
