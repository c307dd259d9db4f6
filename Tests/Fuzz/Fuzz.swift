import Diagnostics
import Foundation
import FuzzTargets

#if FUZZING
    /// The target that FUZZ_TARGET names.
    private let target: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else { fatalError("FUZZ_TARGET names no target: \(name)") }
        return target
    }()

    /// What libFuzzer calls for the bytes that it makes up.
    @_cdecl("LLVMFuzzerTestOneInput") public func testOneInput(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
        target.run(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    }
#else
    /// `fuzz` lists the targets, `fuzz TARGET FILE…` gives files to one and tells its answers, `fuzz TARGET` writes bytes
    /// that it accepts, where it makes them itself.
    @main struct Fuzz {
        static func main() {
            let words = CommandLine.arguments.dropFirst()
            guard let name = words.first else {
                print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
                return
            }
            guard let target = FuzzTarget(rawValue: name) else { end("\(name) is no target") }
            if words.count == 1 { FileHandle.standardOutput.write(Data(target.sample ?? [])) }
            for path in words.dropFirst() {
                guard let bytes = FileManager.default.contents(atPath: path) else { end("\(path) cannot be read") }
                let problem = bytes.withUnsafeBytes { target.run($0) }
                print("\(path): \(problem?.description ?? "accepted")")
            }
        }

        private static func end(_ message: String) -> Never {
            FileHandle.standardError.write(Data("fuzz: \(message)\n".utf8))
            exit(ExitCode.commandLine.rawValue)
        }
    }
#endif
