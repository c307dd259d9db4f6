import Checkpoints
import Foundation
import TestSupport
import Testing

/// Which algorithms compute a run's convolutions: decided once, kept with the run, repeatable elsewhere.
@Suite struct ConvolutionRunTests {
    @Test func aRunSaysWhatItChoseAndAnotherRepeatsIt() throws {
        let run = try SceneRun("epochs=2", "val=false")
        #expect(try run.train("first", ranks: 1, "convolutions=im2col").code == 0)
        let record = run.place("first").appending(path: "convolutions.json")
        let text = try String(contentsOf: record, encoding: .utf8)
        #expect(text.contains("3x3/1") && text.contains("im2col"))
        let checkpoint = try SafeTensors(contentsOf: run.weights("first").appending(path: "last.safetensors").path)
        #expect(checkpoint.metadata["convolutions"] == text)

        #expect(try run.train("second", ranks: 2, "convolutions=\(record.path)").code == 0)
        #expect(try run.numbers("second") == run.numbers("first"))
        #expect(try run.train("third", ranks: 2, "convolutions=fixed").code == 0)
        #expect(try run.numbers("third") != run.numbers("first"))
        let rules = run.place("third").appending(path: "convolutions.json")
        #expect(try String(contentsOf: rules, encoding: .utf8).contains("3x3/1"))
    }

    @Test func whatIsMeasuredIsMeasuredOnce() throws {
        let run = try SceneRun("epochs=1", "val=false")
        let first = try run.train("first", ranks: 2)
        let second = try run.train("second", ranks: 4)
        #expect(first.code == 0 && second.code == 0)
        #expect(second.output.contains("convolutions: ") && !second.output.contains("measured "))
        #expect(try run.numbers("second") == run.numbers("first"))
    }

    #if arch(x86_64)
        @Test func byTheRulesTheKernelsOfOpenBLASChangeNoBit() throws {
            let run = try SceneRun("epochs=2", "val=false")
            func train(_ name: String, kernels: String, _ convolutions: String) throws {
                let command = [Program.path] + (try run.words(name)) + ["convolutions=\(convolutions)"]
                let outcome = try ProgramRun.ranks(
                    1, command, environment: ["OPENBLAS_CORETYPE": kernels], in: run.folder.url)
                #expect(outcome.code == 0, "\(outcome.errors)")
            }
            for kernels in ["Haswell", "Nehalem"] {
                try train("rules-\(kernels)", kernels: kernels, "fixed")
                try train("products-\(kernels)", kernels: kernels, "im2col")
            }
            #expect(try run.numbers("rules-Haswell") == run.numbers("rules-Nehalem"))
            #expect(try run.numbers("products-Haswell") != run.numbers("products-Nehalem"))
        }
    #endif

    @Test func aNameOfNothingIsRefused() throws {
        let run = try SceneRun("epochs=1")
        let outcome = try run.train("bad", ranks: 1, "convolutions=fft")
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("`convolutions` is fft") && outcome.errors.contains("winograd"))
    }

    @Test func aFileOfSomethingElseIsRefused() throws {
        let run = try SceneRun("epochs=1")
        let file = run.folder.url.appending(path: "else.json")
        try Data("{\"cpu\": \"x\", \"decided\": {\"forward 1\": \"winograd\"}}".utf8).write(to: file)
        let outcome = try run.train("bad", ranks: 2, "convolutions=\(file.path)")
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("else.json") && outcome.errors.contains("forward 1"))
    }
}
