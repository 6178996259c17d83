// Runs the lexer of libpg_query and reads its answer, which is a protocol buffer of four numbers per token.
#include "sql/tokens.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace basekeeper::sql {
namespace {

/// The answer of libpg_query, freed on every path.
class lexer_answer
{
public:
    explicit lexer_answer(const std::string& text) : answer_(pg_query_scan(text.c_str())) {}

    lexer_answer(const lexer_answer&) = delete;
    lexer_answer& operator=(const lexer_answer&) = delete;

    ~lexer_answer() { pg_query_free_scan_result(answer_); }

    const PgQueryError* error() const { return answer_.error; }

    std::string_view bytes() const { return {answer_.pbuf.data, answer_.pbuf.len}; }

private:
    PgQueryScanResult answer_;
};

/// A protocol buffer message, field by field. What is cut off reads as zeros.
class message
{
public:
    explicit message(std::string_view bytes) : bytes_(bytes) {}

    struct field
    {
        std::uint64_t number = 0;
        std::uint64_t value = 0; ///< of a number
        std::string_view inner;  ///< of a message
    };

    bool done() const { return at_ >= bytes_.size(); }

    field next()
    {
        constexpr std::uint64_t inner_message = 2;
        const auto tag = number();
        field out{.number = tag >> 3U, .value = number(), .inner = {}};
        if ((tag & 7U) == inner_message) {
            out.inner = bytes_.substr(std::min(at_, bytes_.size()), out.value);
            at_ += out.inner.size();
        }
        return out;
    }

private:
    std::uint64_t number()
    {
        std::uint64_t out = 0;
        for (unsigned shift = 0; at_ < bytes_.size() && shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes_[at_++]);
            out |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if (byte < 0x80U)
                break;
        }
        return out;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
};

token token_from(std::string_view bytes, std::size_t text_size)
{
    token out;
    for (message m(bytes); !m.done();) {
        const auto f = m.next();
        if (f.number == 1)
            out.begin = std::min<std::size_t>(f.value, text_size);
        else if (f.number == 2)
            out.end = std::min<std::size_t>(f.value, text_size);
    }
    out.end = std::max(out.begin, out.end);
    return out;
}

} // namespace

result<std::vector<token>> tokens_of(std::string_view text)
{
    const std::string terminated(text);
    const lexer_answer answer(terminated);
    if (const auto* failed = answer.error(); failed != nullptr) {
        error e(
            condition::invalid_argument,
            fmt::format("the SQL text is not valid: it cannot be read beyond character {}", failed->cursorpos),
            "close the literal, the quoted name or the comment that begins there"
        );
        e.sqlstate = "42601";
        e.position = failed->cursorpos;
        e.server_text = std::string(utf8_prefix(failed->message != nullptr ? failed->message : "", 300));
        return fail(std::move(e));
    }
    constexpr std::uint64_t tokens_field = 2;
    std::vector<token> out;
    for (message m(answer.bytes()); !m.done();)
        if (const auto f = m.next(); f.number == tokens_field)
            out.push_back(token_from(f.inner, text.size()));
    return out;
}

} // namespace basekeeper::sql
