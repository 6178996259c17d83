// An env text that can be read and changed without touching what is not meant: comments, order and spelling stay.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "env_text/scan.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::env_text {

/// The longest text that is read; Dokploy takes no more than a megabyte per request.
inline constexpr std::size_t max_bytes = std::size_t{512} << 10U;

/// What counts: of a name that stands twice, the last.
using values = std::map<std::string, crypto::secret<>, std::less<>>;

/// Names with the values they shall have.
using settings = std::vector<std::pair<std::string, crypto::secret<>>>;

enum class defect
{
    not_an_assignment, ///< a line that is ignored
    repeated,          ///< an earlier value of a name, ignored
    unclosed_quote,    ///< begins with a quote that is part of the value because it is not closed
    cut_by_hash,       ///< ends at a # that follows without a blank: probably a part of the value is lost
    on_another_line    ///< the value stands further down than its name
};

std::string_view to_string(defect d) noexcept;

/// Something that is probably not meant; nothing of the text is repeated but a name.
struct finding
{
    std::size_t line = 0; ///< from 1
    defect what = defect::not_an_assignment;
    std::string name{}; ///< empty for not_an_assignment
};

class document
{
public:
    document() = default;

    /// Any text in UTF-8 has a reading; fails with invalid_argument when it is none, or longer than `max_bytes`.
    static result<document> parse(std::string_view text);

    /// With `\n` as the end of lines.
    const crypto::secret<>& text() const noexcept { return text_; }

    const std::vector<assignment>& assignments() const noexcept { return assignments_; }

    /// Null when it is not set.
    const crypto::secret<>* find(std::string_view name) const;

    /// The value, empty when it is not set. Lives as long as this object stays unchanged.
    std::string_view value_or_empty(std::string_view name) const;

    const env_text::values& values() const noexcept { return values_; }

    /// Names in the order in which they first stand.
    std::vector<std::string> names() const;

    std::vector<finding> findings() const;

    /// Sets values: in place where the name stands, else at the end; earlier repetitions of the name go. Everything
    /// else keeps its value, or nothing is changed: invalid_argument for a name or value that cannot be written,
    /// conflict when an unclosed quote of the text would swallow the change.
    result<> merge(const settings& wanted);

    /// Takes lines out; comments in them go too. Fails as `merge` does; a name that is not there is no failure.
    result<> remove(std::string_view name);

private:
    result<> adopt(std::string text, const env_text::values& expected);
    std::string_view name_of(const assignment& a) const;

    crypto::secret<> text_;
    std::vector<assignment> assignments_;
    env_text::values values_;
};

/// A new text of these values, one a line. Fails as `document::merge` does.
result<document> written(const settings& values);

} // namespace basekeeper::env_text
