// The printer: a stack of what is still to be written, each with its indentation and whether its group is broken.
#include "features/types/layout.hpp"

#include "features/types/names.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace basekeeper::types {
namespace {

constexpr std::ptrdiff_t page_width = 80;
constexpr std::size_t step = 2;

enum class mode
{
    flat,
    broken
};

struct pending
{
    std::size_t indentation;
    mode how;
    const document* what;
};

document with_parts(document::kind is, std::vector<document> parts)
{
    return {.is = is, .words = {}, .parts = std::move(parts), .broken = false};
}

document plain(document::kind is)
{
    return with_parts(is, {});
}

bool must_break(const document& d)
{
    if (d.is == document::kind::hard_line || d.is == document::kind::group)
        return d.is == document::kind::hard_line || d.broken;
    // A choice counts by neither side: which one is taken is known only when the group around it is.
    return d.is != document::kind::choice && std::ranges::any_of(d.parts, must_break);
}

const document& taken(const document& choice, mode how)
{
    return choice.parts[how == mode::broken ? 0 : 1];
}

class printer
{
public:
    printer(std::string& out, std::size_t line_start) : out_(out), line_start_(line_start) {}

    void print(const document& what, std::size_t indentation)
    {
        open_.push_back({indentation, mode::broken, &what});
        while (!open_.empty()) {
            const auto next = open_.back();
            open_.pop_back();
            step_over(next);
        }
    }

private:
    void step_over(const pending& p)
    {
        const auto& d = *p.what;
        switch (d.is) {
        case document::kind::text:
            out_ += d.words;
            break;
        case document::kind::hard_line:
            new_line(p.indentation);
            break;
        case document::kind::line:
        case document::kind::soft_line:
            if (p.how == mode::broken)
                new_line(p.indentation);
            else if (d.is == document::kind::line)
                out_ += ' ';
            break;
        case document::kind::choice:
            open_.push_back({p.indentation, p.how, &taken(d, p.how)});
            break;
        case document::kind::group:
            push_parts(
                d, p.indentation, !d.broken && fits({p.indentation, mode::flat, &d}) ? mode::flat : mode::broken
            );
            break;
        case document::kind::indented:
            push_parts(d, p.indentation + step, p.how);
            break;
        case document::kind::sequence:
            push_parts(d, p.indentation, p.how);
            break;
        }
    }

    void push_parts(const document& of, std::size_t indentation, mode how)
    {
        for (const auto& part : std::views::reverse(of.parts))
            open_.push_back({indentation, how, &part});
    }

    void new_line(std::size_t indentation)
    {
        out_.erase(out_.find_last_not_of(' ') + 1);
        out_ += '\n';
        line_start_ = out_.size();
        out_.append(indentation, ' ');
    }

    /// Whether `first` in flat mode, and what comes after it up to the next new line, has room on this line.
    bool fits(pending first) const
    {
        auto left = page_width - static_cast<std::ptrdiff_t>(display_width(std::string_view(out_).substr(line_start_)));
        std::vector<pending> stack{first};
        auto rest = open_.size();
        while (left >= 0) {
            if (stack.empty()) {
                if (rest == 0)
                    return true;
                stack.push_back(open_[--rest]);
            }
            const auto p = stack.back();
            stack.pop_back();
            const auto& d = *p.what;
            if (d.is == document::kind::text)
                left -= static_cast<std::ptrdiff_t>(display_width(d.words));
            else if (d.is == document::kind::choice)
                stack.push_back({p.indentation, p.how, &taken(d, p.how)});
            else if (d.is == document::kind::hard_line || (is_line(d) && p.how == mode::broken))
                return true;
            else if (d.is == document::kind::line)
                --left;
            else
                for (const auto& part : std::views::reverse(d.parts))
                    stack.push_back({p.indentation, d.broken ? mode::broken : p.how, &part});
        }
        return false;
    }

    static bool is_line(const document& d) { return d.is == document::kind::line || d.is == document::kind::soft_line; }

    std::string& out_;
    std::size_t line_start_;
    std::vector<pending> open_;
};

} // namespace

document text(std::string words)
{
    return {.is = document::kind::text, .words = std::move(words), .parts = {}, .broken = false};
}

document line()
{
    return plain(document::kind::line);
}

document soft_line()
{
    return plain(document::kind::soft_line);
}

document hard_line()
{
    return plain(document::kind::hard_line);
}

document choice(document when_broken, document when_flat)
{
    std::vector<document> parts;
    parts.push_back(std::move(when_broken));
    parts.push_back(std::move(when_flat));
    return with_parts(document::kind::choice, std::move(parts));
}

document group(std::vector<document> parts)
{
    auto out = with_parts(document::kind::group, std::move(parts));
    out.broken = std::ranges::any_of(out.parts, must_break);
    return out;
}

document indented(std::vector<document> parts)
{
    return with_parts(document::kind::indented, std::move(parts));
}

document sequence(std::vector<document> parts)
{
    return with_parts(document::kind::sequence, std::move(parts));
}

document joined(std::vector<document> items, const document& separator)
{
    std::vector<document> parts;
    for (auto& item : items) {
        if (!parts.empty())
            parts.push_back(separator);
        parts.push_back(std::move(item));
    }
    return sequence(std::move(parts));
}

void lay_out(std::string& out, const document& what, std::size_t indentation)
{
    const auto last_line = out.rfind('\n');
    printer(out, last_line == std::string::npos ? 0 : last_line + 1).print(what, indentation);
}

} // namespace basekeeper::types
