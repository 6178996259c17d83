// The parse tree: guards, libpg_query, and its JSON as nodes.
#include "sql/syntax_tree.hpp"

#include "base/text.hpp"
#include "sql/nesting.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace basekeeper::sql {
namespace {

namespace bj = boost::json;

constexpr std::size_t max_text_bytes = 256U << 10U;
constexpr std::size_t max_nesting = 800;
// libpg_query's recursive printer needs some 70 bytes of stack per chained operator and dies beyond 100,000 of them;
// this holds even where the scanner of nesting.cpp and PostgreSQL's disagree about where a literal ends.
constexpr std::size_t max_operator_characters = 60'000;
constexpr std::size_t max_tree_bytes = 8U << 20U;
constexpr std::size_t max_tree_depth = 3'000;

std::unexpected<error> refuse(std::string message, std::string hint)
{
    return fail(condition::invalid_argument, std::move(message), std::move(hint));
}

result<void> guard(std::string_view text)
{
    if (text.size() > max_text_bytes)
        return refuse(
            fmt::format("the SQL text has {} bytes, the limit is {}", text.size(), max_text_bytes),
            "send it in smaller pieces, or pass large values as parameters"
        );
    if (text.contains('\0'))
        return refuse("the SQL text holds a NUL byte", "remove the NUL byte");
    if (!is_utf8(text))
        return refuse("the SQL text is not valid UTF-8", "send the text as UTF-8");
    if (nesting_bound(text) > max_nesting || operator_characters(text) > max_operator_characters)
        return refuse(
            fmt::format("the SQL text nests or chains more than {} levels deep", max_nesting),
            "split the expression; use IN (...) or = ANY ($1) in place of long chains"
        );
    return {};
}

/// The answer of libpg_query, freed on every path.
class parser_answer
{
public:
    explicit parser_answer(const std::string& text) : answer_(pg_query_parse(text.c_str())) {}

    parser_answer(const parser_answer&) = delete;
    parser_answer& operator=(const parser_answer&) = delete;

    ~parser_answer() { pg_query_free_parse_result(answer_); }

    const PgQueryParseResult& get() const { return answer_; }

private:
    PgQueryParseResult answer_;
};

result<std::string_view> json_of(const PgQueryParseResult& answer)
{
    if (answer.error != nullptr) {
        auto failure = error(
            condition::invalid_argument,
            fmt::format("the SQL text is not valid: the grammar stops at character {}", answer.error->cursorpos),
            "correct the statement; psql commands such as \\copy are not SQL"
        );
        const std::string_view said = answer.error->message != nullptr ? answer.error->message : "";
        failure.server_text = std::string(utf8_prefix(said, 300));
        failure.sqlstate = "42601";
        failure.position = answer.error->cursorpos;
        return fail(std::move(failure));
    }
    if (answer.parse_tree == nullptr)
        return fail(condition::internal, "the SQL parser gave no tree", "report this statement as a bug");
    const std::string_view tree = answer.parse_tree;
    if (tree.size() > max_tree_bytes)
        return refuse("the SQL text has too many parts to be examined", "send it in smaller pieces");
    return tree;
}

std::size_t number_of(const bj::object& fields, std::string_view name)
{
    const auto* found = fields.if_contains(name);
    const auto* number = found != nullptr ? found->if_int64() : nullptr;
    return number != nullptr && *number > 0 ? static_cast<std::size_t>(*number) : 0;
}

} // namespace

syntax_tree::syntax_tree() = default;
syntax_tree::syntax_tree(syntax_tree&&) noexcept = default;
syntax_tree& syntax_tree::operator=(syntax_tree&&) noexcept = default;
syntax_tree::~syntax_tree() = default;

result<syntax_tree> syntax_tree::read(std::string_view text)
{
    TRY(guard(text));
    const std::string terminated(text);
    const parser_answer answer(terminated);
    const auto json = TRY(json_of(answer.get()));

    syntax_tree tree;
    tree.memory_ = std::make_unique<bj::monotonic_resource>(4 * json.size());
    bj::parse_options options;
    options.max_depth = max_tree_depth;
    boost::system::error_code failed;
    // Everything is allocated from and freed with memory_, so no destructor walks the tree.
    const auto* document = new (tree.memory_->allocate(sizeof(bj::value), alignof(bj::value)))
        bj::value(bj::parse(json, failed, tree.memory_.get(), options));
    if (failed)
        return refuse("the SQL text nests too deep to be examined", "split the statement");
    for (const auto& entry : array_of(document->as_object(), "stmts")) {
        const auto& fields = entry.as_object();
        const auto begin = std::min(number_of(fields, "stmt_location"), text.size());
        const auto length = number_of(fields, "stmt_len");
        tree.statements_.push_back(
            {node_of(fields, "stmt"), begin, length == 0 ? text.size() : std::min(begin + length, text.size())}
        );
    }
    return tree;
}

node unwrap(const bj::value& wrapped)
{
    const auto* object = wrapped.if_object();
    if (object == nullptr || object->size() != 1)
        return {};
    const auto& only = *object->begin();
    const char first = only.key().front();
    if (first < 'A' || first > 'Z' || !only.value().is_object())
        return {};
    return {only.key(), &only.value().get_object()};
}

std::string_view text_of(const bj::object& fields, std::string_view name)
{
    const auto* found = fields.if_contains(name);
    const auto* text = found != nullptr ? found->if_string() : nullptr;
    return text != nullptr ? std::string_view(*text) : std::string_view();
}

bool is_true(const bj::object& fields, std::string_view name)
{
    const auto* found = fields.if_contains(name);
    const auto* truth = found != nullptr ? found->if_bool() : nullptr;
    return truth != nullptr && *truth;
}

const bj::array& array_of(const bj::object& fields, std::string_view name)
{
    static const bj::array none;
    const auto* found = fields.if_contains(name);
    const auto* array = found != nullptr ? found->if_array() : nullptr;
    return array != nullptr ? *array : none;
}

const bj::object* object_of(const bj::object& fields, std::string_view name)
{
    const auto* found = fields.if_contains(name);
    return found != nullptr ? found->if_object() : nullptr;
}

node node_of(const bj::object& fields, std::string_view name)
{
    const auto* found = fields.if_contains(name);
    return found != nullptr ? unwrap(*found) : node{};
}

std::string_view string_of(const bj::value& wrapped)
{
    const auto inner = unwrap(wrapped);
    return inner.kind == "String" ? text_of(*inner.fields, "sval") : std::string_view();
}

} // namespace basekeeper::sql
