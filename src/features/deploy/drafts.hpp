// What was answered to the wizard so far, for coroutines: a stack that is not begun yet has no job to keep it.
#pragma once

#include "io/runtime.hpp"
#include "io/task.hpp"
#include "state/draft_table.hpp"
#include "state/pooled_table.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace basekeeper::deploy {

/// One for each principal. Opens the table with the first draft. Lives on the I/O thread.
class drafts
{
public:
    drafts(io::offload_pool& pool, std::filesystem::path dir, state::master_key_source key, const clock& time);

    io::task<result<>> keep(std::string principal, crypto::secret<> content);
    io::task<result<std::optional<state::draft>>> find(std::string principal);
    io::task<result<>> forget(std::string principal);

private:
    state::pooled_table<state::draft_table> table_;
};

} // namespace basekeeper::deploy
