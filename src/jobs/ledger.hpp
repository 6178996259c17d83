// The table of jobs for coroutines: used on the offload pool, one thread at a time.
#pragma once

#include "crypto/secret.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"
#include "state/job_table.hpp"
#include "state/pooled_table.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace basekeeper::jobs {

/// What is encrypted with a job.
struct sealed_part
{
    boost::json::object arguments;                                ///< as they were given at its start; no secret
    boost::json::object notes;                                    ///< what its steps found out and made; no secret
    std::map<std::string, crypto::secret<>, std::less<>> secrets; ///< what was given and what was made
};

/// Opens the table with the first job: a program without jobs pays nothing for them.
class ledger
{
public:
    ledger(io::offload_pool& pool, std::filesystem::path dir, state::master_key_source key, const clock& time);

    io::task<result<state::job_record>> add(state::job_record record, const sealed_part& with);

    /// True when somebody asked to cancel. `with` null: only the record.
    io::task<result<bool>> save(const state::job_record& record, const sealed_part* with);

    io::task<result<state::job_record>> get(std::string id);
    io::task<result<sealed_part>> open_notes(std::string id);
    io::task<result<std::vector<state::job_record>>> list(state::job_filter filter);
    io::task<result<>> ask_to_cancel(std::string id);
    io::task<result<>> withdraw_cancel(std::string id);
    io::task<result<state::job_claim>> claim(std::string id);
    io::task<result<bool>> is_claimed(std::string id);
    io::task<result<std::uint64_t>> remove_before(wall_time t);

private:
    state::pooled_table<state::job_table> table_;
};

} // namespace basekeeper::jobs
