import Configuration
import Diagnostics
import Foundation
import Testing

@Suite struct ReaderTests {
    @Test func wordsAreReadAsUsersOfTheReferenceWriteThem() throws {
        let folder = try Folder()
        let reading = try folder.read(
            nil, "--lr0=0.1", "epochs", "=", "5", "batch=", "3", "seed", "=4", "val=False", "cos_lr", "imgsz=320,640",
            "freeze=[1,2]", "name=a: b #c", "project={x", "--debug", "lrf=0.5", "lrf=0.25", "resume",
            "fitness_weights=0,0,0,1")
        let recipe = reading.recipe
        #expect(recipe.lr0 == 0.1 && recipe.epochs == 5 && recipe.batch == 3 && recipe.seed == 4 && recipe.lrf == 0.25)
        #expect(!recipe.val && recipe.cosLr && recipe.debug && recipe.resume == .last)
        #expect(recipe.imgsz == [320, 640] && recipe.freeze == [1, 2] && recipe.fitnessWeights == [0, 0, 0, 1])
        #expect(recipe.name == "a: b #c" && recipe.project == "{x")
    }

    @Test(
        arguments: [
            ([], nil), (["a.yaml", "lr0=1"], "a.yaml"), (["lr0=1"], nil), (["data=a.yaml"], nil),
            (["--lr0=1", "a.yaml"], nil),
            (["resume"], nil), (["lr0", "=", "1"], nil), (["runs/lr0=1/args.yaml"], "runs/lr0=1/args.yaml"),
            (["nowhere"], "nowhere"),
        ] as [([String], String?)])
    func theFirstArgumentIsTheConfigUnlessItIsAWord(arguments: [String], config: String?) {
        let split = RecipeReader.split(arguments)
        #expect(split.config == config && split.words == Array(arguments.dropFirst(config == nil ? 0 : 1)))
    }

    @Test func laterKeysWin() throws {
        let folder = try Folder([
            "c.yaml": "lr0: 0.1\nepochs: 1\ninclude: [sub/a.yaml, sub/b.yaml]\nbatch: 9\n",
            "sub/a.yaml": "lr0: 0.2\nbatch: 1\nseed: 1\n", "sub/b.yaml": "seed: 2\ninclude: deep/c.yaml\n",
            "sub/deep/c.yaml": "patience: 6\nlrf: 0.5\n",
        ])
        let reading = try folder.read("c.yaml", "lrf=0.75")
        #expect(reading.recipe.lr0 == 0.2 && reading.recipe.epochs == 1 && reading.recipe.seed == 2)
        #expect(reading.recipe.batch == 9 && reading.recipe.patience == 6 && reading.recipe.lrf == 0.75)
        #expect(reading.origins["lr0"]?.description == "sub/a.yaml:1:6")
        #expect(reading.origins["patience"]?.description == "sub/deep/c.yaml:1:11")
        #expect(reading.origins["lrf"]?.isWord == true && reading.origins["batch"]?.isWord == false)
    }

    @Test func includesOnTheCommandLineComeBeforeOtherWords() throws {
        let folder = try Folder(["c.yaml": "lr0: 0.1\nseed: 1", "d.yaml": "lr0: 0.2\nbatch: 2"])
        #expect(try folder.read("c.yaml", "batch=5", "cfg=d.yaml").recipe.batch == 5)
        #expect(try folder.read("c.yaml", "include=d.yaml").recipe.lr0 == 0.2)
        #expect(try folder.read(nil, "include=d.yaml").recipe.lr0 == 0.2)
    }

    @Test func circlesAndFloodsOfIncludesEnd() throws {
        let folder = try Folder(["a.yaml": "include: b/b.yaml", "b/b.yaml": "include: ../b/../a.yaml"])
        let circle = "b/b.yaml:1:10: files include each other in a circle: a.yaml → b/b.yaml → b/../b/../a.yaml. "
        #expect(folder.problem("a.yaml") == circle + "Remove one of the includes.")
        let ten = Array(repeating: "next", count: 10)
        for i in 0..<9 {
            try folder.write("f\(i).yaml", "include: [\(ten.map { _ in "f\(i + 1).yaml" }.joined(separator: ", "))]")
        }
        try folder.write("f9.yaml", "lr0: 0.1")
        #expect(folder.problem("f0.yaml")?.contains("more than 64 included files") == true)
        func flat(_ n: Int) -> String {
            "include: [" + Array(repeating: "f9.yaml", count: n).joined(separator: ", ") + "]"
        }
        try folder.write("flat.yaml", flat(64))
        #expect(folder.problem("flat.yaml") == nil)
        try folder.write("flat.yaml", flat(65))
        #expect(folder.problem("flat.yaml") != nil)
    }

    @Test func pathsStartAtTheFileTheyStandIn() throws {
        let folder = try Folder([
            "configs/c.yaml":
                "teacher: models/t.pt\ndistillation_dataset: ../data/set\ndata: d.yaml\ninclude: sub/s.yaml",
            "configs/sub/s.yaml": "student: yolo.yaml\npretrained: ./p.pt\nresume: ../last.safetensors",
            "configs/sub/yolo.yaml": "nc: 5",
        ])
        let recipe = try folder.read("configs/c.yaml").recipe
        #expect(recipe.teacher == folder.path + "/configs/models/t.pt")
        #expect(recipe.distillationDataset == folder.path + "/data/set")
        #expect(recipe.data == folder.path + "/configs/d.yaml")
        #expect(recipe.student == folder.path + "/configs/sub/yolo.yaml")
        #expect(recipe.pretrained == folder.path + "/configs/sub/p.pt")
        #expect(recipe.resume == .from(folder.path + "/configs/last.safetensors"))
        #expect(recipe.project == "runs/distill" && recipe.registry == ".")
        let words = try folder.read("configs/c.yaml", "teacher=t.pt", "data=/abs/d.yaml", "resume=x/last").recipe
        #expect(words.teacher == folder.path + "/t.pt" && words.data == "/abs/d.yaml")
        #expect(words.resume == .from(folder.path + "/x/last"))
    }

    @Test func pathsThatExistInTheWorkingDirectoryOnlyAreFoundThereWithANote() throws {
        let folder = try Folder(["configs/c.yaml": "distillation_dataset: data/set", "data/set/x": ""])
        let reading = try folder.read("configs/c.yaml")
        #expect(reading.recipe.distillationDataset == folder.path + "/data/set")
        #expect(
            reading.notes == [
                "distillation_dataset: data/set is not beside the file that names it; using \(folder.path)/data/set"
            ])
        #expect(try folder.read("configs/c.yaml", "distillation_dataset=data/set").notes == [])
        try folder.write("configs/data/set/x", "")
        #expect(try folder.read("configs/c.yaml").recipe.distillationDataset == folder.path + "/configs/data/set")
    }

    @Test func namesOfModelsAreNoPaths() throws {
        let folder = try Folder(["c.yaml": "student: yolov8n"])
        #expect(try folder.read().recipe.student == "yolov8n")
        #expect(try folder.read("c.yaml", "student=yolov8x").recipe.student == "yolov8x")
        #expect(try folder.read("c.yaml", "model=yolov8s.yaml").recipe.student == "yolov8s")
        #expect(try folder.read("c.yaml", "model=yolov8s.pt").recipe.student == folder.path + "/yolov8s.pt")
        #expect(try folder.read("c.yaml", "model=./table.yml").recipe.student == folder.path + "/table.yml")
    }

    @Test func homeIsUnderstood() throws {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
        #expect(try home.isEmpty || Folder().read(nil, "teacher=~/t.pt").recipe.teacher == home + "/t.pt")
    }

    /// Every key of the reference with its default, as its `args.yaml` lists them.
    static let argsOfTheReference = """
        {
            task: detect, mode: train, model: null, data: null, epochs: 100, time: null, patience: 100,
            batch: 16, imgsz: 640, save: True, save_period: -1, cache: False, device: null, workers: 8,
            project: null, name: null, exist_ok: False, pretrained: True, cls_remap: True, optimizer: auto,
            verbose: True, seed: 0, deterministic: True, single_cls: False, rect: False, cos_lr: False,
            close_mosaic: 10, resume: False, amp: True, fraction: 1.0, profile: False, freeze: null,
            multi_scale: 0.0, compile: False, channels_last: null, overlap_mask: True, mask_ratio: 4,
            dropout: 0.0, val: True, split: val, save_json: False, conf: null, iou: 0.7, max_det: 300,
            quantize: null, dnn: False, plots: True, nms: null, source: null, vid_stride: 1,
            stream_buffer: False, visualize: False, augment: False, agnostic_nms: False, classes: null,
            retina_masks: False, embed: null, show: False, save_frames: False, save_txt: False,
            save_conf: False, save_crop: False, show_labels: True, show_conf: True, show_boxes: True,
            line_width: null, format: torchscript, optimize: False, dynamic: False, simplify: True,
            opset: null, workspace: null, lr0: 0.01, lrf: 0.01, momentum: 0.937, weight_decay: 0.0005,
            warmup_epochs: 3.0, warmup_momentum: 0.8, warmup_bias_lr: 0.1, distill_model: null, dis: 6.0,
            box: 7.5, cls: 0.5, cls_pw: 0.0, dfl: 1.5, pose: 12.0, kobj: 1.0, rle: 1.0, angle: 1.0, dlog: 1.0,
            dgrad: 0.5, dlam: 1.0, nbs: 64, hsv_h: 0.015, hsv_s: 0.7, hsv_v: 0.4, degrees: 0.0, translate: 0.1,
            scale: 0.5, shear: 0.0, perspective: 0.0, flipud: 0.0, fliplr: 0.5, bgr: 0.0, mosaic: 1.0,
            mixup: 0.0, cutmix: 0.0, copy_paste: 0.0, copy_paste_mode: flip, auto_augment: randaugment,
            erasing: 0.4, cfg: null, tracker: tracktrack.yaml
        }
        """

    @Test func aWholeArgsFileOfTheReferenceIsRead() throws {
        let reading = try Folder(["c.yaml": Self.argsOfTheReference]).read()
        var expected = Recipe()
        (expected.epochs, expected.batch, expected.workers, expected.rect) = (100, 16, 8, false)
        #expect(reading.recipe == expected)
        #expect(
            reading.notes.count == 4
                && reading.notes.contains { $0.hasPrefix("ignored, without effect here: agnostic_nms, amp, ") })
        #expect(reading.notes.contains { $0.hasPrefix("pretrained: true names no weights") })
    }

    @Test func keysOfTheReferenceDoNotBreakAFile() throws {
        let text = """
            task: detect
            mode: train
            device: 0
            amp: True
            plots: True
            copy_paste: 0.0
            multi_scale: False
            cls_pw: 0
            classes: null
            dis: 6.0
            auto_augment: randaugment
            cfg: null
            """
        let reading = try Folder(["c.yaml": text]).read()
        #expect(reading.recipe == Recipe())
        #expect(
            reading.notes == [
                "device: ignored, this program computes on the CPU",
                "ignored, without effect here: amp, auto_augment, classes, cls_pw, copy_paste, device, dis, mode, "
                    + "multi_scale, task",
            ])
    }

    @Test(arguments: [
        ("imgsz: 100", ["imgsz: [100] is no multiple of 32, using [128]"]),
        ("imgsz: [32, 33]", ["imgsz: [32, 33] is no multiple of 32, using [32, 64]"]),
        ("temperature: 3", ["temperature: without effect, there is no teacher"]),
        ("lambda_distillation: 1\ntop_k: 3", ["lambda_distillation, top_k: without effect, there is no teacher"]),
        ("teacher: /t\nlambda_distillation: 0", ["teacher: without effect, every weight of distillation is 0"]),
        ("warmup_epochs: 9\nepochs: 8\nclose_mosaic: 0", ["warmup_epochs: 9.0 is longer than the run of 8"]),
        ("epochs: 10", ["close_mosaic: 10 covers the run of 10, so mosaic is never used"]),
        ("epochs: 10\ncompat: 8.3", ["close_mosaic: 10 covers the run of 10, so mosaic is never used"]),
        ("epochs: 9\ncompat: 8.3", ["close_mosaic: 10 is longer than the run of 9, so mosaic never closes"]),
        ("epochs: 9\nmosaic: 0", []),
        ("lr0: 0.1", ["lr0: optimizer auto chooses its own; name an optimizer to use yours"]),
        ("lr0: 0.1\noptimizer: SGD", []),
        ("rect: false", ["rect: false makes validation batches square; training batches always are"]),
        ("data: /a\ndistillation_dataset: /b", ["distillation_dataset: without effect, data names the data set"]),
    ])
    func surprisesBecomeNotes(text: String, notes: [String]) throws {
        #expect(try Folder(["c.yaml": text]).read().notes == notes)
    }

    @Test func imageSizeIsRoundedUp() throws {
        #expect(try recipe("imgsz: 1").imgsz == [32])
        #expect(try recipe("imgsz: [640, 641]").imageSize == (640, 672))
        #expect(try recipe("imgsz: 96").imageSize == (96, 96))
    }
}
