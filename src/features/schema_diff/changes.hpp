// What must happen to each fact so that one side becomes the other, and to what depends on it.
#pragma once

#include "features/schema_diff/facts.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace basekeeper::schema_diff {

enum class action : std::uint8_t
{
    keep,
    create,
    drop,
    alter,
    replace,  ///< dropped and created again
    supersede ///< a type in use: renamed away, created anew, its columns moved over, then dropped
};

/// One fact on its way from one side to the other.
struct change
{
    fact_number before = no_fact; ///< in the first snapshot
    fact_number after = no_fact;  ///< in the second
    action what = action::keep;
    bool retyped = false;        ///< a column gets another type, or a new type of the same name
    bool implied = false;        ///< its drop comes with that of what it lies inside of
    bool create_implied = false; ///< its creation comes with that of what it is inherited from
};

/// What is compared.
struct comparison_rules
{
    bool owners = true; ///< false: one side was made by another login, on purpose
    bool grants = true;
};

/// The changes between two settled snapshots, which must outlive it.
class comparison
{
public:
    comparison(const snapshot& before, const snapshot& after, comparison_rules rules);

    const std::vector<change>& all() const { return changes_; }

    const snapshot& before() const { return before_; }

    const snapshot& after() const { return after_; }

    const comparison_rules& rules() const { return rules_; }

    /// The change of a fact of either side.
    const change& of_before(fact_number n) const { return changes_[by_before_[n]]; }

    const change& of_after(fact_number n) const { return changes_[by_after_[n]]; }

    std::uint32_t index_of_before(fact_number n) const { return by_before_[n]; }

    std::uint32_t index_of_after(fact_number n) const { return by_after_[n]; }

    /// Makes the drop of a fact a statement of its own although it would go with something else.
    void make_explicit(std::uint32_t change_index) { changes_[change_index].implied = false; }

private:
    enum class cause
    {
        gone,
        retyped,
        superseded
    };

    struct event
    {
        fact_number of;
        cause why;
    };

    /// Whether what goes needs a statement of its own.
    enum class dropped : std::uint8_t
    {
        by_itself,
        with_another
    };

    void pair_up();
    void judge();
    void spread();
    void spread_to(fact_number dependent, event from);
    void lose(fact_number n, dropped by);
    void retype(fact_number n);
    void supersede(fact_number n);
    void mark_inherited();
    bool lies_inside(fact_number inner, fact_number outer) const;
    bool still_needs(const change& c, fact_number needed) const;

    const snapshot& before_;
    const snapshot& after_;
    comparison_rules rules_;
    std::vector<change> changes_;
    std::vector<std::uint32_t> by_before_;
    std::vector<std::uint32_t> by_after_;
    std::vector<event> waiting_;
};

/// Names of the attributes that differ. Those that begin with `_` are left out.
std::vector<std::string_view> differences(const fact& before, const fact& after, const comparison_rules& rules);

/// Whether a list holds a value.
template <class T, class Value>
bool holds(const std::vector<T>& list, const Value& value)
{
    return std::ranges::find(list, value) != list.end();
}

/// The parts of a value that lists several, separated by `\x1f`.
std::vector<std::string_view> parts_of(std::string_view list, char separator = '\x1f');

/// True when adding labels is enough to make one list of enum labels of another.
bool only_adds_labels(std::string_view before, std::string_view after);

} // namespace basekeeper::schema_diff
