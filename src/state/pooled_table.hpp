// A table of the state for coroutines: used on the offload pool, by one thread at a time, opened with its first use.
#pragma once

#include "base/clock.hpp"
#include "io/offload.hpp"
#include "state/master_key.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace basekeeper::state {

/// `Table` has `static result<Table> open(dir, key, time)`. The pool and the clock must outlive it. A program that
/// never asks for the table opens no file.
template <class Table>
class pooled_table
{
public:
    pooled_table(io::offload_pool& pool, std::filesystem::path dir, master_key_source key, const clock& time)
        : pool_(pool), shared_(std::make_shared<shared>(std::move(dir), std::move(key), time))
    {}

    /// `work(Table&)` and its result, or why the table could not be opened. `work` owns what it uses: a caller that is
    /// cancelled does not wait for it.
    template <class Work>
    auto with(Work work)
    {
        using answer = std::invoke_result_t<Work&, Table&>;
        return io::offload(pool_, [in = shared_, work = std::move(work)]() mutable -> answer {
            const std::lock_guard lock(in->alone);
            if (!in->table)
                in->table = TRY(Table::open(in->dir, in->key, in->time));
            return work(*in->table);
        });
    }

private:
    struct shared
    {
        std::filesystem::path dir;
        master_key_source key;
        const clock& time;
        std::mutex alone{}; // the pool has several threads, the table serves one at a time
        std::optional<Table> table{};
    };

    io::offload_pool& pool_;
    std::shared_ptr<shared> shared_; // with work on the pool that a cancelled caller left
};

} // namespace basekeeper::state
