import Diagnostics

/// Sources of pictures that the field's programs know and this one does not: told apart, so that each gets its answer.
enum MovingPictures {
    /// Endings of videos that the field's programs read.
    private static let endings: Set<String> = [
        "asf", "avi", "gif", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ts", "webm", "wmv",
    ]

    /// - Throws: `Problem` of exit code `commandLine` for a video, a camera, a screen or an address.
    static func refuse(_ source: String) throws {
        func problem(_ message: String, _ remedy: String) -> Problem {
            Problem(message, file: source, remedy: remedy, exit: .commandLine)
        }
        if source.contains("://") {
            throw problem("is an address, and nothing is fetched", "Fetch the pictures first, and give their folder")
        }
        if !source.isEmpty, source.utf8.allSatisfy({ (48...57).contains($0) }) {
            throw problem(
                "is a camera's number, and cameras are not read", "Save pictures first, and give their folder")
        }
        if source.hasPrefix("screen") {
            throw problem("would be the screen, which is not read", "Save pictures first, and give their folder")
        }
        let ending = source.split(separator: ".").last?.lowercased() ?? ""
        if source.contains("."), endings.contains(ending) {
            throw problem(
                "is a video by its name, and videos are not read",
                "Save its frames as pictures (ffmpeg -i VIDEO frames/%06d.jpg), and give their folder")
        }
        if ending == "streams" {
            throw problem("is a list of streams, which are not read", "Save pictures first, and give their folder")
        }
    }
}
