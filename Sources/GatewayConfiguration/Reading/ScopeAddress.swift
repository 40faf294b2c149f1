// SPDX-License-Identifier: Apache-2.0

/// Where a group of fields stands in the configuration. Of a hundred thousand entries hardly one is ever named, so the
/// names are made when they are asked for.
indirect enum ScopeAddress {
    case root
    case group(String, in: ScopeAddress)
    /// An element of a list, addressed by its `name` as the file has it, else by its number.
    case entry(list: String, index: Int, name: String?, in: ScopeAddress)

    /// As messages show it: `server.limits`, `providers.openai`, `prices[0]`; empty for the whole file.
    var label: String {
        switch self {
        case .root: ""
        case .group(let name, let parent): parent.label(of: name)
        case .entry(let list, _, let name?, let parent): "\(parent.label(of: list)).\(Text.showable(name))"
        case .entry(let list, let index, nil, let parent): "\(parent.label(of: list))[\(index)]"
        }
    }

    /// `server.lanes` for the field `lanes` of the group `server`.
    func label(of field: String) -> String {
        if case .root = self { return field }
        return "\(label).\(field)"
    }

    /// The path with all elements of a list taken together: `providers[].deadlines`.
    var kind: String {
        switch self {
        case .root: ""
        case .group(let name, .root): name
        case .group(let name, let parent): "\(parent.kind).\(name)"
        case .entry(let list, _, _, .root): "\(list)[]"
        case .entry(let list, _, _, let parent): "\(parent.kind).\(list)[]"
        }
    }

    /// The steps of an environment override; `expand` gives the name that an entry's text stands for.
    func steps(expand: (String) -> String) -> [String] {
        switch self {
        case .root: []
        case .group(let name, let parent): parent.steps(expand: expand) + [name]
        case .entry(let list, let index, let name, let parent):
            parent.steps(expand: expand) + [list, name.map(expand) ?? String(index)]
        }
    }
}
