extension RecipeKeys {
    /// Every key with its default, what it may hold and what it does, as text for a terminal.
    public static var help: String {
        let standard = Recipe()
        let width = all.map(\.name.count).max() ?? 0
        var lines = [
            "include" + spaces(width - 7) + "  other files (path or list); an include stands where it is written"
        ]
        for group in groups {
            lines += ["", group.title]
            for key in group.keys {
                let names = key.aliases.isEmpty ? "" : " (also \(key.aliases.joined(separator: ", ")))"
                lines.append(key.name + spaces(width - key.name.count) + "  " + key.help + names)
                lines.append(spaces(width) + "  \(key.allowed); default \(shown(key, standard))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Every key as tables in Markdown.
    public static var markdown: String {
        let standard = Recipe()
        var lines: [String] = []
        for group in groups {
            lines += [
                "", "**\(group.title)**", "", "| key | default | values | meaning |", "| --- | --- | --- | --- |",
            ]
            for key in group.keys {
                let names = ([key.name] + key.aliases).map { "`\($0)`" }.joined(separator: ", ")
                lines.append("| \(names) | `\(shown(key, standard))` | \(key.allowed) | \(key.help) |")
            }
        }
        return lines.dropFirst().joined(separator: "\n") + "\n"
    }

    private static func shown(_ key: RecipeKey, _ recipe: Recipe) -> String {
        let text = key.text(in: recipe)
        return text == "null" ? "empty" : text
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
