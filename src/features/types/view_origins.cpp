// The tree is text: nodes in braces, lists in parentheses, fields after a colon, backslashes before what is special.
#include "features/types/view_origins.hpp"

#include <charconv>

namespace basekeeper::types {
namespace {

/// Splits as the server's own reader does.
class token_reader
{
public:
    explicit token_reader(std::string_view text) : rest_(text) {}

    /// The next token; empty at the end.
    std::string_view next()
    {
        const auto start = rest_.find_first_not_of(" \n\t");
        if (start == std::string_view::npos)
            return {};
        rest_.remove_prefix(start);
        std::size_t length = 0;
        while (length < rest_.size() && !ends_token(rest_[length]))
            length += rest_[length] == '\\' ? 2U : 1U;
        length = std::min(std::max<std::size_t>(length, 1), rest_.size());
        const auto token = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return token;
    }

private:
    static bool ends_token(char c)
    {
        return c == ' ' || c == '\n' || c == '\t' || c == '(' || c == ')' || c == '{' || c == '}';
    }

    std::string_view rest_;
};

bool opens(std::string_view token)
{
    return token == "{" || token == "(";
}

bool closes(std::string_view token)
{
    return token == "}" || token == ")";
}

template <class Number>
Number number_from(std::string_view token)
{
    Number n{};
    const auto* end = token.data() + token.size();
    return std::from_chars(token.data(), token.data() + token.size(), n).ptr == end ? n : Number{};
}

/// Reads one node after its opening brace, up to the closing one.
result_column read_entry(token_reader& in)
{
    result_column out;
    int depth = 1;
    for (auto token = in.next(); !token.empty(); token = in.next()) {
        if (opens(token))
            ++depth;
        else if (closes(token) && --depth == 0)
            break;
        else if (depth == 1 && token == ":resno")
            out.number = number_from<int>(in.next());
        else if (depth == 1 && token == ":resorigtbl")
            out.from.first = number_from<pg::oid>(in.next());
        else if (depth == 1 && token == ":resorigcol")
            out.from.second = number_from<int>(in.next());
        else if (depth == 1 && token == ":resname")
            in.next(); // a name may look like a field
    }
    return out;
}

std::vector<result_column> read_list(token_reader& in)
{
    std::vector<result_column> out;
    if (in.next() != "(")
        return out;
    for (auto token = in.next(); token == "{"; token = in.next())
        out.push_back(read_entry(in));
    return out;
}

} // namespace

std::vector<result_column> read_target_list(std::string_view node_tree)
{
    token_reader in(node_tree);
    // The list of queries, then the first query: only its own fields count.
    if (in.next() != "(" || in.next() != "{")
        return {};
    int depth = 1;
    for (auto token = in.next(); !token.empty(); token = in.next()) {
        if (opens(token))
            ++depth;
        else if (closes(token) && --depth == 0)
            break;
        else if (depth == 1 && token == ":targetList")
            return read_list(in);
    }
    return {};
}

shown_in follow(const std::map<pg::oid, std::vector<result_column>>& views)
{
    shown_in out;
    for (const auto& [view, columns] : views)
        for (const auto& shown : columns) {
            std::set<column_place> seen;
            std::vector<column_place> open{shown.from};
            while (!open.empty()) {
                const auto place = open.back();
                open.pop_back();
                if (place.first == 0 || !seen.insert(place).second)
                    continue;
                out[place][view].insert(shown.number);
                const auto behind = views.find(place.first);
                if (behind == views.end())
                    continue;
                for (const auto& next : behind->second)
                    if (next.number == place.second)
                        open.push_back(next.from);
            }
        }
    return out;
}

} // namespace basekeeper::types
