// Reads heads with Beast's parser and refuses what two servers could understand differently.
#include "http/request_head.hpp"

#include "http/ascii.hpp"
#include "http/request_target.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>

namespace basekeeper::http {

namespace {

namespace beast = boost::beast;
using beast_error = beast::error_code;
using text = beast::string_view;

std::unexpected<error> refuse(int status, std::string message, std::string hint = {})
{
    error e(condition::invalid_argument, std::move(message), std::move(hint));
    e.http_status = status;
    return fail(std::move(e));
}

/// Beast drives this with the parts of the head; bodies it never sees.
class head_parser final : public beast::http::basic_parser<true>
{
public:
    head_parser(request_head& out, std::size_t most_fields) : out_(out), most_fields_(most_fields)
    {
        skip(true);
        eager(false);
    }

    /// What Beast has no word for; looked at when it reports a failure.
    const std::optional<error>& refused() const { return refused_; }

private:
    void
    on_request_impl(beast::http::verb /*known*/, text method, text target, int version, beast_error& failed) override
    {
        auto read = http::parse_target({target.data(), target.size()});
        if (!read)
            return stop(refuse(400, read.error().message, read.error().hint).error(), failed);
        out_.asked.method.assign(method.data(), method.size());
        out_.asked.path = std::move(read->path);
        out_.asked.query = std::move(read->query);
        authority_ = read->authority;
        out_.http_1_1 = version == 11;
    }

    void on_response_impl(int /*code*/, text /*reason*/, int /*version*/, beast_error& /*failed*/) override {}

    void on_field_impl(beast::http::field known, text name, text value, beast_error& failed) override
    {
        if (++fields_ > most_fields_)
            return stop(refuse(431, "the request has too many header fields", "send fewer").error(), failed);
        if (known == beast::http::field::transfer_encoding && !(out_.http_1_1 && beast::iequals(value, "chunked")))
            return stop(refuse(501, "only the transfer coding chunked is understood").error(), failed);
        std::string_view worth(value.data(), value.size());
        if (known == beast::http::field::host) {
            ++hosts_;
            if (!authority_.empty())
                worth = authority_;
        }
        if (known == beast::http::field::expect) {
            out_.expects_continue = same_word(worth, "100-continue");
            if (!out_.expects_continue)
                return stop(refuse(417, "only the expectation 100-continue is understood").error(), failed);
        }
        out_.asked.headers.add(std::string(name.data(), name.size()), std::string(worth));
    }

    void on_header_impl(beast_error& failed) override
    {
        if (hosts_ > 1 || (hosts_ == 0 && out_.http_1_1))
            stop(refuse(400, "the request must have exactly one Host field").error(), failed);
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, beast_error& /*failed*/) override {}

    std::size_t on_body_impl(text body, beast_error& /*failed*/) override { return body.size(); }

    void on_chunk_header_impl(std::uint64_t /*size*/, text /*extensions*/, beast_error& /*failed*/) override {}

    std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, text body, beast_error& /*failed*/) override
    {
        return body.size();
    }

    void on_finish_impl(beast_error& /*failed*/) override {}

    void stop(error why, beast_error& failed)
    {
        refused_ = std::move(why);
        failed = beast::http::error::bad_value;
    }

    request_head& out_;
    std::size_t most_fields_;
    std::size_t fields_ = 0;
    std::size_t hosts_ = 0;
    std::string_view authority_;
    std::optional<error> refused_;
};

std::unexpected<error> refuse_as(const beast_error& failed)
{
    if (failed == beast::http::error::bad_version)
        return refuse(505, "the HTTP version is not understood", "speak HTTP/1.1");
    return refuse(400, "the head of the request is malformed: " + failed.message());
}

} // namespace

std::optional<std::size_t> end_of_head(std::string_view bytes, std::size_t searched)
{
    constexpr std::string_view empty_line = "\r\n\r\n";
    const auto from = searched < empty_line.size() ? 0 : searched - empty_line.size() + 1;
    const auto found = bytes.find(empty_line, from);
    return found == std::string_view::npos ? std::nullopt : std::optional(found + empty_line.size());
}

result<request_head> parse_head(std::string_view bytes, std::size_t most_fields)
{
    // Beast joins such lines (obs-fold); others take the second for a field of its own. RFC 9112 section 5.2.
    if (bytes.contains("\r\n ") || bytes.contains("\r\n\t"))
        return refuse(400, "a header field goes on in a second line", "send each field in one line");
    request_head out;
    head_parser parser(out, most_fields);
    parser.header_limit(static_cast<std::uint32_t>(bytes.size() + 1));
    beast_error failed;
    const auto used = parser.put({bytes.data(), bytes.size()}, failed);
    if (parser.refused())
        return fail(*parser.refused());
    if (failed)
        return refuse_as(failed);
    if (!parser.is_header_done() || used != bytes.size())
        return refuse(400, "the head of the request is malformed");
    if (const auto length = parser.content_length())
        out.content_length = *length;
    out.chunked = parser.chunked();
    out.keep_alive = parser.keep_alive();
    out.expects_continue = out.expects_continue && out.http_1_1;
    return out;
}

} // namespace basekeeper::http
