// The pieces of work of a comparison and which must come before which; included by the sources of this module only.
#pragma once

#include "features/schema_diff/changes.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace basekeeper::schema_diff {

enum class task_kind : std::uint8_t
{
    take_away, ///< DROP; of a superseded type: the old one is renamed
    create,
    alter,
    finish,    ///< what is said of a table once its indexes stand
    clear_away ///< the superseded type is dropped
};

using task_number = std::uint32_t;
inline constexpr task_number no_task = UINT32_MAX;

struct task
{
    std::uint32_t change = 0;
    task_kind what = task_kind::create;
    std::vector<task_number> before_it{}; ///< must be done first
    std::vector<task_number> after_it{};
};

/// The tasks of a comparison, and an order of them. What would go in circles is taken apart: things that go with their
/// table get statements of their own, which `of` remembers.
class work_order
{
public:
    explicit work_order(comparison& of);

    const std::vector<task>& tasks() const { return tasks_; }

    /// Numbers of tasks, first to last. The same for the same comparison.
    const std::vector<task_number>& sorted() const { return sorted_; }

    /// Where a task stands in the order.
    std::uint32_t position(task_number t) const { return position_[t]; }

    /// The task that creates what a change wants, or no_task.
    task_number creation(std::uint32_t change_index) const { return create_[change_index]; }

    /// True when circles were left and cut where they hurt least.
    bool cut_circles() const { return cut_circles_; }

private:
    void build();
    void add_tasks();
    task_number add(std::uint32_t change_index, task_kind what);
    void put_before(task_number first, task_number second);
    void order_departures();
    void order_departure(fact_number gone, fact_number dependent);
    void order_arrivals();
    void order_pairs();
    void order_attachments();
    void order_names();
    bool sort();
    std::vector<task_number> by_rank() const;
    bool loosen(const std::vector<bool>& done);

    bool in_new_table(const change& c) const;
    task_number departure_of(fact_number in_before, int depth = 0) const;
    task_number arrival_of(fact_number in_after) const;

    comparison& of_;
    std::vector<task> tasks_;
    std::vector<task_number> take_away_;
    std::vector<task_number> create_;
    std::vector<task_number> alter_;
    std::vector<task_number> finish_;
    std::vector<task_number> clear_away_;
    std::vector<task_number> sorted_;
    std::vector<std::uint32_t> position_;
    bool cut_circles_ = false;
};

} // namespace basekeeper::schema_diff
