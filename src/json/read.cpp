// Reads one JSON document within limits; every double is the nearest one to its decimal text.
#include "json/text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace basekeeper::json {
namespace {

// Builds the value tree as boost::json::parser does, but reads doubles itself: Boost 1.81 is off by one unit in the
// last place for 29 of 100 doubles of 17 digits, and a database must store what the caller wrote.
class value_builder
{
public:
    static constexpr std::size_t max_object_size = boost::json::object::max_size();
    static constexpr std::size_t max_array_size = boost::json::array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();

    using text = boost::json::string_view;
    using code = boost::system::error_code;

    value_builder(boost::json::storage_ptr memory, unsigned char* scratch, std::size_t scratch_bytes)
        : stack_({}, scratch, scratch_bytes)
    {
        stack_.reset(std::move(memory));
    }

    boost::json::value release() { return stack_.release(); }

    bool on_document_begin(code&) { return true; }

    bool on_document_end(code&) { return true; }

    bool on_object_begin(code&) { return true; }

    bool on_array_begin(code&) { return true; }

    bool on_comment_part(text, code&) { return true; }

    bool on_comment(text, code&) { return true; }

    bool on_object_end(std::size_t members, code&)
    {
        stack_.push_object(members);
        return true;
    }

    bool on_array_end(std::size_t items, code&)
    {
        stack_.push_array(items);
        return true;
    }

    bool on_key_part(text part, std::size_t, code&)
    {
        stack_.push_chars(part);
        return true;
    }

    bool on_key(text part, std::size_t, code&)
    {
        stack_.push_key(part);
        return true;
    }

    bool on_string_part(text part, std::size_t, code&)
    {
        stack_.push_chars(part);
        return true;
    }

    bool on_string(text part, std::size_t, code&)
    {
        stack_.push_string(part);
        return true;
    }

    bool on_number_part(text part, code&)
    {
        number_.append(part.data(), part.size());
        return true;
    }

    bool on_int64(std::int64_t n, text, code&)
    {
        number_.clear();
        stack_.push_int64(n);
        return true;
    }

    bool on_uint64(std::uint64_t n, text, code&)
    {
        number_.clear();
        stack_.push_uint64(n);
        return true;
    }

    bool on_double(double approximate, text part, code& failed)
    {
        number_.append(part.data(), part.size());
        double exact = approximate;
        const auto* const end = number_.data() + number_.size();
        const auto read = std::from_chars(number_.data(), end, exact);
        // Out of range: what Boost made of it (zero, or a failure before this call) stands.
        exact = read.ec == std::errc{} && read.ptr == end ? exact : approximate;
        // JSON has no infinity, so it could not be written back; RFC 8259 section 6 lets a reader set this limit.
        if (!std::isfinite(exact)) {
            failed = boost::json::make_error_code(boost::json::error::exponent_overflow);
            return false;
        }
        stack_.push_double(exact);
        number_.clear();
        return true;
    }

    bool on_bool(bool b, code&)
    {
        stack_.push_bool(b);
        return true;
    }

    bool on_null(code&)
    {
        stack_.push_null();
        return true;
    }

private:
    boost::json::value_stack stack_;
    std::string number_;
};

} // namespace

result<boost::json::value> read(std::string_view text, read_limits limits, boost::json::storage_ptr memory)
{
    if (text.size() > limits.max_bytes)
        return fail(
            condition::invalid_argument,
            fmt::format("JSON document has {} bytes, the limit is {}", text.size(), limits.max_bytes),
            "send less in one message"
        );
    boost::json::parse_options options;
    options.max_depth = limits.max_depth;
    std::array<unsigned char, 1024> scratch;
    boost::json::basic_parser<value_builder> parser(options, std::move(memory), scratch.data(), scratch.size());
    boost::system::error_code failed;
    const auto consumed = parser.write_some(false, text.data(), text.size(), failed);
    if (!failed && text.find_first_not_of(" \t\r\n", consumed) != std::string_view::npos)
        failed = boost::json::make_error_code(boost::json::error::extra_data);
    if (failed)
        return fail(
            condition::invalid_argument,
            fmt::format("JSON is not well-formed at byte {}: {}", consumed, failed.message()),
            "send one JSON document in UTF-8"
        );
    return parser.handler().release();
}

} // namespace basekeeper::json
