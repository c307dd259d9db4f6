import Configuration
import Diagnostics
import Testing

@Suite struct ErrorTests {
    @Test(arguments: [
        ("lro: 1", "c.yaml:1:1: there is no key `lro`. Perhaps you mean `lr0` or `lrf`."),
        (
            "epochs: 3\n  \nlearning_rate: 1",
            "c.yaml:3:1: there is no key `learning_rate`. See `swift-distill train --help-keys` for all keys."
        ),
        (
            "lambda_distilation: 1",
            "c.yaml:1:1: there is no key `lambda_distilation`. Perhaps you mean `lambda_distillation` or `lambda_detection`."
        ),
        ("Weight-Decay: 1", "c.yaml:1:1: there is no key `Weight-Decay`. Perhaps you mean `weight_decay`."),
        ("epoch: 1", "c.yaml:1:1: there is no key `epoch`. Perhaps you mean `epochs`."),
        ("tmeperature: 1", "c.yaml:1:1: there is no key `tmeperature`. Perhaps you mean `temperature`."),
        ("includes: a", "c.yaml:1:1: there is no key `includes`. Perhaps you mean `include`."),
        ("dataset: a", "c.yaml:1:1: there is no key `dataset`. Perhaps you mean `data` or `distillation_dataset`."),
        ("\"a\\e\": 1", "c.yaml:1:1: there is no key `a\\u{1b}`. See `swift-distill train --help-keys` for all keys."),
        (
            "epochs: many",
            "c.yaml:1:9: `epochs` must be a whole number from 1 to 1000000, found the text 'many'. "
                + "Correct the value, or remove the key for the default, 200."
        ),
        ("a: &x 1\nepochs: 1", "c.yaml:1:1: there is no key `a`. See `swift-distill train --help-keys` for all keys."),
        (
            "lr0: 2.5",
            "c.yaml:1:6: `lr0` must be a number above 0 and up to 1, found the number 2.5. "
                + "Correct the value, or remove the key for the default, 0.01."
        ),
        (
            "epochs:",
            "c.yaml:1:8: `epochs` must be a whole number from 1 to 1000000, found nothing. "
                + "Correct the value, or remove the key for the default, 200."
        ),
        (
            "seed: 99999999999999999999",
            "c.yaml:1:7: `seed` must be a whole number not below 0, found the number "
                + "99999999999999999999. Correct the value, or remove the key for the default, 0."
        ),
        (
            "val: 1",
            "c.yaml:1:6: `val` must be true or false, found the number 1. "
                + "Correct the value, or remove the key for the default, true."
        ),
        (
            "lr0: no",
            "c.yaml:1:6: `lr0` must be a number above 0 and up to 1, found the boolean 'no'. "
                + "Correct the value, or remove the key for the default, 0.01."
        ),
        (
            "log_every: step",
            "c.yaml:1:12: `log_every` must be one of batch, epoch, found the text 'step'. "
                + "Correct the value, or remove the key for the default, epoch."
        ),
        (
            "optimizer: Adam",
            "c.yaml:1:12: `optimizer` must be one of auto, SGD, AdamW, found the text 'Adam'. "
                + "Use AdamW, SGD or auto."
        ),
        (
            "batch: -1",
            "c.yaml:1:8: `batch` must be a whole number from 1 to 65536, found the number -1. "
                + "Give a number of images: a batch by free memory is for GPUs."
        ),
        (
            "cache: disk",
            "c.yaml:1:8: `cache` must be true, ram or false, found the text 'disk'. "
                + "Use `ram`, or `false`: nothing is written beside the images."
        ),
        (
            "freeze: [model.0]",
            "c.yaml:1:9: `freeze` must be a count of layers from 0 to 1000, or a list of layer indices, "
                + "found a list of 1. Freeze whole layers by their index; names of parts are not supported."
        ),
        (
            "imgsz: 640x480",
            "c.yaml:1:8: `imgsz` must be a whole number from 1 to 8192, or [height, width], "
                + "found the text '640x480'. Correct the value, or remove the key for the default, 640."
        ),
        (
            "resume: 3",
            "c.yaml:1:9: `resume` must be true, false or the path of a checkpoint, found the number 3. "
                + "Correct the value, or remove the key for the default, false."
        ),
        (
            "lambda_detection: {a: 1}",
            "c.yaml:1:19: `lambda_detection` must be a number from 0 to 1000000, found a map of 1. "
                + "Correct the value, or remove the key for the default, 2.0."
        ),
        (
            "copy_paste: 0.3",
            "c.yaml:1:13: `copy_paste` is not supported, found the number 0.3. "
                + "Set it to 0; it needs polygons, and labels here are boxes."
        ),
        (
            "multi_scale: true",
            "c.yaml:1:14: `multi_scale` is not supported, found the boolean 'true'. "
                + "Set it to 0; `scale` varies the size of objects."
        ),
        (
            "task: segment",
            "c.yaml:1:7: `task` is not supported, found the text 'segment'. "
                + "Set it to detect; other tasks are not trained here."
        ),
        (
            "nc: 5",
            "c.yaml:1:5: `nc` is not a key of a recipe. "
                + "It belongs to a data set file: name that file with `data: FILE.yaml`."
        ),
        (
            "backbone: []",
            "c.yaml:1:11: `backbone` is not a key of a recipe. "
                + "It belongs to a layer table: name that file with `student: FILE.yaml`."
        ),
        (
            "- lr0",
            "c.yaml:1:1: a recipe must be a map of keys and values, found a list of 1. Write `key: value` lines."
        ),
        (
            "hello",
            "c.yaml:1:1: a recipe must be a map of keys and values, found the text 'hello'. Write `key: value` lines."
        ),
        (
            "lr0: 0.1\nlr0: 0.2",
            "c.yaml:2:1: the key 'lr0' stands twice in the same map, first in line 1. Remove one of the two."
        ),
        ("model: a\nstudent: b", "c.yaml:2:1: `student` and `model` are the same key. Remove one of the two."),
        (
            "lr0: [1",
            "c.yaml:2:1: this is not valid YAML: did not find expected ',' or ']', for what begins in line 1. "
                + "Check indentation, brackets and quotes here and in the line before."
        ),
        ("include: other.yaml", "other.yaml: there is no such file. It is included by c.yaml:1."),
        ("include: [1, {a: b}]", "1: there is no such file. It is included by c.yaml:1."),
        (
            "include: {a: b}",
            "c.yaml:1:10: `include` must be a path or a list of paths, found a map of 1. "
                + "Write `include: student_model_cfg.yaml`."
        ),
        (
            "include:",
            "c.yaml:1:9: `include` must be a path or a list of paths, found nothing. "
                + "Write `include: student_model_cfg.yaml`."
        ),
        (
            "include: c.yaml",
            "c.yaml:1:10: files include each other in a circle: c.yaml → c.yaml. Remove one of the includes."
        ),
        (
            "lambda_detection: 0\nteacher: /t\nlambda_distillation: 0",
            "c.yaml:1:19: no loss has a weight above 0, so there is nothing to learn from. "
                + "Set `lambda_detection`, or name a `teacher` and set `lambda_distillation`."
        ),
        (
            "lambda_detection: 0",
            "c.yaml:1:19: no loss has a weight above 0, so there is nothing to learn from without a "
                + "teacher. Set `lambda_detection`, or name a `teacher` and set `lambda_distillation`."
        ),
        (
            "batch_scaling: strong\nbatch: 2\nshards: 4",
            "c.yaml:3:9: a batch of 2 cannot be divided into 4 shards. "
                + "Raise `batch`, lower `shards`, or use `batch_scaling: weak`."
        ),
    ])
    func filesNameThePlaceTheReasonAndTheRemedy(text: String, message: String) throws {
        #expect(try problem(text) == message)
    }

    @Test(arguments: [
        (
            "lr0=abc",
            "command line: lr0=abc: `lr0` must be a number above 0 and up to 1, found the text 'abc'. "
                + "Correct the value, or remove the key for the default, 0.01."
        ),
        ("lr=0.1", "command line: lr=0.1: there is no key `lr`. Perhaps you mean `lr0` or `lrf`."),
        ("=3", "command line: =3: this is not key=value. Write `lr0=0.01`, without spaces."),
        ("epochs", "command line: epochs: this is not key=value. Write `lr0=0.01`, without spaces."),
        (
            "freeze=[1",
            "command line: freeze=[1: did not find expected ',' or ']', for what begins in line 1. "
                + "Check its brackets and quotes, and quote the whole word for the shell."
        ),
        (
            "cutmix=1",
            "command line: cutmix=1: `cutmix` is not supported, found the number 1. "
                + "Set it to 0; `mosaic` and `mixup` are supported."
        ),
        (
            "lambda_detection=0",
            "command line: lambda_detection=0: no loss has a weight above 0, so there is nothing to learn "
                + "from without a teacher. Set `lambda_detection`, or name a `teacher` and set `lambda_distillation`."
        ),
        (
            "epochs=1,2",
            "command line: epochs=1,2: `epochs` must be a whole number from 1 to 1000000, found a list of 2. "
                + "Correct the value, or remove the key for the default, 200."
        ),
        ("include=no.yaml", "no.yaml: there is no such file. Check the path."),
    ])
    func wordsAreNamedInFull(word: String, message: String) throws {
        let folder = try Folder()
        #expect(
            folder.problem(nil, word)?.replacingOccurrences(of: "[1: this is not valid YAML: ", with: "[1: ") == message
        )
        let problem = #expect(throws: Problem.self) { try folder.read(nil, word) }
        #expect(problem?.exit == (word.hasPrefix("include") ? .missingInput : .commandLine))
    }

    @Test func pathsWithControlCharactersAreRefused() throws {
        #expect(try problem("include: \"a\\0b\"")?.contains("found the text 'a\\u{0}b'") == true)
        #expect(try problem("teacher: \"a\\nb\"")?.contains("found the text 'a\\u{a}b'") == true)
    }

    @Test func exitCodesTellFilesFromMissingFiles() throws {
        let folder = try Folder(["bad.yaml": "lr0: x", "inner.yaml": "include: gone.yaml"])
        #expect(#expect(throws: Problem.self) { try folder.read("bad.yaml") }?.exit == .badData)
        #expect(#expect(throws: Problem.self) { try folder.read("none.yaml") }?.exit == .missingInput)
        #expect(#expect(throws: Problem.self) { try folder.read("inner.yaml") }?.exit == .missingInput)
        #expect(folder.problem("none.yaml") == "none.yaml: there is no such file. Check the path.")
    }
}
