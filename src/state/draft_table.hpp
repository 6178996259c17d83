// Answers that a person or a model gave so far, until the work that they are for begins.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "state/master_key.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace basekeeper::state {

struct draft
{
    crypto::secret<> content;
    wall_time kept_at{};
};

/// How long a draft that nobody goes on with is kept.
inline constexpr std::chrono::hours draft_lifetime{24 * 7};

/// One draft for each kind of work and principal, as secrets `draft/KIND/DIGEST` in the vault. With a connection of its
/// own. Blocking, one thread at a time; other processes may share the file.
class draft_table
{
public:
    /// As store::open. The master key is read at the first draft.
    static result<draft_table> open(std::filesystem::path dir, master_key_source key, const clock& time);

    draft_table(draft_table&&) noexcept;
    draft_table& operator=(draft_table&&) noexcept;
    ~draft_table();

    /// Replaces the one before, and forgets those of everybody that are older than `draft_lifetime`. `kind` is of a-z
    /// and '_'.
    result<> keep(std::string_view kind, std::string_view principal, const crypto::secret<>& content);

    /// Nothing when there is none, or when it is older than `draft_lifetime`.
    result<std::optional<draft>> find(std::string_view kind, std::string_view principal);

    /// Also when there is none.
    result<> forget(std::string_view kind, std::string_view principal);

private:
    result<> forget_old(); ///< in a transaction

    struct opened;
    explicit draft_table(std::unique_ptr<opened> o);
    std::unique_ptr<opened> opened_;
};

} // namespace basekeeper::state
