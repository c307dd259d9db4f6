/// Names close to a misspelt one.
public enum NearestNames {
    /// Up to three names, closest first: those within a third of the word's letters, else those that hold the word or are
    /// held by it.
    public static func of(_ word: String, among names: [String]) -> [String] {
        let wanted = folded(word)
        guard wanted.count <= 64 else { return [] }
        let ranked = names.map { name in
            let known = folded(name)
            let shorter = min(wanted.count, known.count)
            let distance = distance(wanted, known)
            let isInside = shorter >= 3 && (holds(known, wanted) || holds(wanted, known))
            return (name: name, distance: distance, isClose: distance <= max(1, shorter / 3), isInside: isInside)
        }.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        let close = ranked.filter(\.isClose)
        return (close.isEmpty ? ranked.filter(\.isInside) : close).prefix(3).map(\.name)
    }

    /// Letters without case and without the signs that separate words.
    private static func folded(_ word: String) -> [Character] { word.lowercased().filter { $0 != "_" && $0 != "-" } }

    private static func holds(_ long: [Character], _ short: [Character]) -> Bool {
        short.count <= long.count
            && (0...long.count - short.count).contains { long[$0..<$0 + short.count].elementsEqual(short) }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
