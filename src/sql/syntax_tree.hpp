// PostgreSQL's own parse tree of a text, read within limits; private to this module.
#pragma once

#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace boost::json {
class monotonic_resource;
}

namespace basekeeper::sql {

/// One node: the name of its C struct (`SelectStmt`, `FuncCall`) and its fields. Zero and empty fields are absent.
struct node
{
    std::string_view kind;
    const boost::json::object* fields = nullptr;
};

struct raw_statement
{
    node root;
    std::size_t begin = 0; ///< bytes of the text, leading white space and comments included
    std::size_t end = 0;
};

/// The statements of one text. Nodes live as long as the tree; moving the tree keeps them valid.
class syntax_tree
{
public:
    /// Fails with invalid_argument for text that is too long, too deep, not UTF-8, holds NUL, or that the grammar of
    /// PostgreSQL 15 does not accept.
    static result<syntax_tree> read(std::string_view text);

    syntax_tree(syntax_tree&&) noexcept;
    syntax_tree& operator=(syntax_tree&&) noexcept;
    ~syntax_tree();

    const std::vector<raw_statement>& statements() const { return statements_; }

private:
    syntax_tree();

    std::unique_ptr<boost::json::monotonic_resource> memory_;
    std::vector<raw_statement> statements_;
};

/// The node that a `{"Kind": {...}}` value wraps; `kind` is empty when it wraps none.
node unwrap(const boost::json::value& wrapped);

/// The fields of an object, absent ones as their zero: text, truth, array, object, wrapped node.
std::string_view text_of(const boost::json::object& fields, std::string_view name);
bool is_true(const boost::json::object& fields, std::string_view name);
const boost::json::array& array_of(const boost::json::object& fields, std::string_view name);
const boost::json::object* object_of(const boost::json::object& fields, std::string_view name);
node node_of(const boost::json::object& fields, std::string_view name);

/// The string of a `String` node, or empty.
std::string_view string_of(const boost::json::value& wrapped);

} // namespace basekeeper::sql
