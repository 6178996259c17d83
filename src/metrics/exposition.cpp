// The text format, line by line: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
#include "metrics/exposition.hpp"

#include "metrics/catalog.hpp"

#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace basekeeper::metrics {
namespace {

template <class Number>
void append_number(std::string& to, Number value)
{
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    to.append(digits, end);
}

void append_escaped(std::string& to, std::string_view text)
{
    for (const char c : text)
        switch (c) {
        case '\\':
            to += "\\\\";
            break;
        case '"':
            to += "\\\"";
            break;
        case '\n':
            to += "\\n";
            break;
        default:
            to += c;
        }
}

/// `name="value",…` without the braces.
std::string label_pairs(const description& of, const std::vector<std::string_view>& values)
{
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0)
            out += ',';
        out.append(of.labels.at(i)).append("=\"");
        append_escaped(out, values[i]);
        out += '"';
    }
    return out;
}

template <class Number>
void append_line(std::string& to, std::string_view name, std::string_view suffix, std::string_view pairs, Number value)
{
    to.append(name).append(suffix);
    if (!pairs.empty())
        to.append("{").append(pairs).append("}");
    to += ' ';
    append_number(to, value);
    to += '\n';
}

const description& described(std::string_view metric, std::size_t labels)
{
    const auto* out = find(metric);
    if (out == nullptr || out->label_count() != labels)
        throw std::logic_error("no such metric, or with other labels: " + std::string(metric));
    return *out;
}

} // namespace

std::string& exposition::family(const description& of)
{
    auto& out = families_[of.name];
    if (out.empty()) {
        out.append("# HELP ").append(of.name).append(" ").append(of.meaning);
        out.append("\n# TYPE ").append(of.name).append(" ").append(to_string(of.what)).append("\n");
    }
    return out;
}

void exposition::add(std::string_view metric, const std::vector<std::string_view>& values, double value)
{
    const auto& of = described(metric, values.size());
    append_line(family(of), of.name, "", label_pairs(of, values), value);
}

void exposition::add(std::string_view metric, const std::vector<std::string_view>& values, const histogram& value)
{
    const auto& of = described(metric, values.size());
    auto& to = family(of);
    const auto pairs = label_pairs(of, values);
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < value.counts().size(); ++i) {
        so_far += value.counts()[i];
        auto with_bound = pairs + (pairs.empty() ? "le=\"" : ",le=\"");
        if (i < value.bounds().size())
            append_number(with_bound, value.bounds()[i]);
        else
            with_bound += "+Inf";
        append_line(to, of.name, "_bucket", with_bound + '"', so_far);
    }
    append_line(to, of.name, "_sum", pairs, value.sum());
    append_line(to, of.name, "_count", pairs, so_far);
}

std::string exposition::text() const
{
    std::string out;
    for (const auto& [name, lines] : families_)
        out += lines;
    return out;
}

} // namespace basekeeper::metrics
