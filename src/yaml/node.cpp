// Events of libyaml put together to a tree. libyaml counts characters, the tree counts bytes.
#include "yaml/node.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

namespace basekeeper::yaml {
namespace {

class events
{
public:
    explicit events(std::string_view text)
    {
        if (yaml_parser_initialize(&parser_) == 0)
            throw std::bad_alloc();
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }

    events(const events&) = delete;
    events& operator=(const events&) = delete;

    ~events()
    {
        yaml_event_delete(&current_);
        yaml_parser_delete(&parser_);
    }

    /// The next one; it lives until the one after.
    result<const yaml_event_t*> next()
    {
        yaml_event_delete(&current_);
        if (yaml_parser_parse(&parser_, &current_) == 0)
            return fail(
                condition::invalid_argument,
                fmt::format(
                    "line {}: the text is no YAML: {}",
                    parser_.problem_mark.line + 1,
                    parser_.problem == nullptr ? "it cannot be read" : parser_.problem
                ),
                "correct the line"
            );
        return &current_;
    }

private:
    yaml_parser_t parser_{};
    yaml_event_t current_{};
};

std::string_view text_of(const unsigned char* text, std::size_t size)
{
    return {reinterpret_cast<const char*>(text), size};
}

std::string name_of(const yaml_char_t* anchor)
{
    return anchor == nullptr ? std::string{} : std::string(reinterpret_cast<const char*>(anchor));
}

class builder
{
public:
    explicit builder(std::string_view text) : text_(text), events_(text)
    {
        if (std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }))
            for (std::size_t at = 0; at < text.size();
                 at += std::max<std::size_t>(utf8_sequence_length(text.substr(at)), 1))
                byte_of_.push_back(at);
    }

    result<node> document()
    {
        TRY(events_.next()); // the stream begins
        const auto* event = TRY(events_.next());
        if (event->type == YAML_STREAM_END_EVENT)
            return node{};
        event = TRY(events_.next());
        auto root = TRY(value(*event, 0));
        TRY(events_.next()); // the document ends
        event = TRY(events_.next());
        if (event->type != YAML_STREAM_END_EVENT)
            return too_much(event->start_mark.line, "it holds several documents");
        return root;
    }

private:
    static std::unexpected<error> too_much(std::size_t line, std::string_view why)
    {
        return fail(
            condition::invalid_argument,
            fmt::format("line {}: the YAML text is refused: {}", line + 1, why),
            "simplify it"
        );
    }

    std::size_t byte(std::size_t character) const
    {
        if (byte_of_.empty())
            return std::min(character, text_.size());
        return character < byte_of_.size() ? byte_of_[character] : text_.size();
    }

    void place(node& n, const yaml_event_t& event) const
    {
        n.begin = byte(event.start_mark.index);
        n.end = byte(event.end_mark.index);
        n.line = event.start_mark.line + 1;
        const auto before = n.begin == 0 ? text_.npos : text_.rfind('\n', n.begin - 1);
        n.column = before == text_.npos ? n.begin : n.begin - before - 1;
    }

    result<> count(std::size_t nodes, std::size_t line)
    {
        count_ += nodes;
        if (count_ > max_nodes)
            return too_much(line, fmt::format("it has more than {} values", max_nodes));
        return {};
    }

    static std::size_t size_of(const node& n)
    {
        std::size_t size = 1;
        for (const auto& item : n.items)
            size += size_of(item);
        for (const auto& [key, member] : n.members)
            size += 1 + size_of(member);
        return size;
    }

    result<node> value(const yaml_event_t& event, std::size_t depth)
    {
        if (depth > max_depth)
            return too_much(event.start_mark.line, fmt::format("it is nested more than {} deep", max_depth));
        TRY(count(1, event.start_mark.line));
        node out;
        place(out, event);
        switch (event.type) {
        case YAML_ALIAS_EVENT: {
            const auto found = anchors_.find(name_of(event.data.alias.anchor));
            if (found == anchors_.end())
                return too_much(event.start_mark.line, "an alias has no anchor before it");
            TRY(count(size_of(found->second), event.start_mark.line));
            auto copy = found->second;
            place(copy, event);
            copy.is_alias = true;
            return copy;
        }
        case YAML_SCALAR_EVENT: {
            const auto& scalar = event.data.scalar;
            out.text = text_of(scalar.value, scalar.length);
            out.is_bare = scalar.style == YAML_PLAIN_SCALAR_STYLE;
            out.in_flow = flow_ > 0;
            remember(name_of(scalar.anchor), out);
            return out;
        }
        case YAML_SEQUENCE_START_EVENT:
            out.kind = node_kind::sequence;
            return collection(
                std::move(out),
                name_of(event.data.sequence_start.anchor),
                event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
                depth
            );
        default:
            out.kind = node_kind::mapping;
            return collection(
                std::move(out),
                name_of(event.data.mapping_start.anchor),
                event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
                depth
            );
        }
    }

    result<node> collection(node out, const std::string& anchor, const bool flow, std::size_t depth)
    {
        flow_ += flow ? 1 : 0;
        out.in_flow = flow_ > 0;
        for (;;) {
            const auto* event = TRY(events_.next());
            if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT) {
                if (flow)
                    out.end = byte(event->end_mark.index);
                break;
            }
            auto first = TRY(value(*event, depth + 1));
            out.end = std::max(out.end, first.end);
            if (out.kind == node_kind::sequence) {
                out.items.push_back(std::move(first));
                continue;
            }
            event = TRY(events_.next());
            auto second = TRY(value(*event, depth + 1));
            out.end = std::max(out.end, second.end);
            out.members.emplace_back(std::move(first), std::move(second));
        }
        flow_ -= flow ? 1 : 0;
        if (out.kind == node_kind::mapping)
            TRY(merge(out));
        remember(anchor, out);
        return out;
    }

    /// The key `<<` takes over the members of other mappings that this one has not itself.
    result<> merge(node& into)
    {
        std::vector<std::pair<node, node>> taken;
        const auto take = [&](const node& from) {
            for (const auto& one : from.members)
                if (into.find(one.first.text) == nullptr)
                    taken.push_back(one);
        };
        for (const auto& [key, member] : into.members)
            if (key.text == "<<" && key.is_bare) {
                take(member);
                for (const auto& item : member.items)
                    take(item);
            }
        for (auto& one : taken) {
            TRY(count(1 + size_of(one.second), into.line - 1));
            one.second.is_alias = true;
            into.members.push_back(std::move(one));
        }
        return {};
    }

    void remember(const std::string& anchor, const node& n)
    {
        if (!anchor.empty())
            anchors_.insert_or_assign(anchor, n);
    }

    std::string_view text_;
    events events_;
    std::vector<std::size_t> byte_of_; ///< by character; empty when all are of one byte
    std::map<std::string, node> anchors_;
    std::size_t count_ = 0;
    int flow_ = 0;
};

} // namespace

const node* node::find(std::string_view name) const noexcept
{
    const auto found = std::ranges::find_if(members, [&](const auto& member) { return member.first.text == name; });
    return found == members.end() ? nullptr : &found->second;
}

result<node> read(std::string_view text)
{
    if (text.size() > max_bytes)
        return fail(
            condition::invalid_argument, fmt::format("the YAML text has more than {} bytes", max_bytes), "shorten it"
        );
    if (!is_utf8(text) || text.starts_with("\xEF\xBB\xBF"))
        return fail(
            condition::invalid_argument, "the YAML text is not UTF-8 without a mark in front", "save it as plain UTF-8"
        );
    return builder(text).document();
}

std::string edited(std::string_view text, std::vector<edit> edits)
{
    std::ranges::sort(edits, {}, [](const edit& e) { return std::pair(e.begin, e.end); });
    std::string out;
    std::size_t behind = 0;
    for (const auto& one : edits) {
        if (one.begin < behind || one.end < one.begin || one.end > text.size())
            throw std::logic_error("edits of a text overlap");
        out += text.substr(behind, one.begin - behind);
        out += one.replacement;
        behind = one.end;
    }
    return out += text.substr(behind);
}

} // namespace basekeeper::yaml
