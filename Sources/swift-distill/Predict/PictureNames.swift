import Diagnostics
import Foundation

/// What the files made of pictures are called, and how lists name the pictures: as the picture, and where another one has
/// the same name, by the path from the folder that all pictures share.
struct PictureNames {
    /// The names of one picture.
    struct Name: Equatable {
        /// For files made of it, without an ending: `img`, or `A_img` where there is another `img`.
        var stem: String
        /// For lists: `img.jpg`, or `A/img.jpg`.
        var file: String
    }

    private let names: [Name]

    init(_ paths: [String]) {
        let parts = paths.map { $0.split(separator: "/").filter { $0 != "." }.map(String.init) }
        let common = PictureNames.common(parts.map { Array($0.dropLast()) })
        let stems = parts.map { PictureNames.withoutEnding($0.last ?? "") }
        let counts = stems.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        var taken = Set(counts.filter { $0.value == 1 }.keys)
        names = parts.indices.map { index in
            let (stem, path) = (stems[index], Array(parts[index].dropFirst(common)))
            if counts[stem] == 1 { return Name(stem: stem, file: path.last ?? "") }
            let long = (path.dropLast() + [stem]).joined(separator: "_")
            var free = long
            var number = 1
            while !taken.insert(free).inserted {
                number += 1
                free = "\(long)-\(number)"
            }
            return Name(stem: free, file: path.joined(separator: "/"))
        }
    }

    subscript(index: Int) -> Name { names[index] }

    /// How many folders all paths begin with.
    private static func common(_ folders: [[String]]) -> Int {
        guard let first = folders.first else { return 0 }
        return folders.dropFirst().reduce(first.count) { count, other in
            zip(first.prefix(count), other).prefix { $0 == $1 }.count
        }
    }

    private static func withoutEnding(_ name: String) -> String { (name as NSString).deletingPathExtension }
}
