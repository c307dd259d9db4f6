import Synchronization
import Tensors
import Testing

@testable import Scenes

private let small = SceneOptions(width: 128, height: 128, seed: 7)

@Suite(.serialized) struct SceneTests {
    @Test func theSameSeedGivesTheSameScene() {
        for index in 0..<4 {
            #expect(drawScene(index: index, options: small) == drawScene(index: index, options: small))
        }
    }

    @Test func otherSeedsAndNumbersGiveOtherScenes() {
        var other = small
        other.seed = 8
        let scene = drawScene(index: 1, options: small)
        #expect(scene.pixels != drawScene(index: 1, options: other).pixels)
        #expect(scene.pixels != drawScene(index: 2, options: small).pixels)
    }

    @Test func neitherOrderNorThreadsMatter() {
        let count = 12
        let alone = (0..<count).map { drawScene(index: $0, options: small) }
        let before = Threads.count
        defer { Threads.count = before }
        Threads.count = 4
        let together = Mutex([Int: Scene]())
        parallel(tasks: count) { task in
            let scene = drawScene(index: count - 1 - task, options: small)
            together.withLock { $0[count - 1 - task] = scene }
        }
        for index in 0..<count { #expect(together.withLock { $0[index] } == alone[index]) }
    }

    @Test func everyBoxLiesInsideItsPictureAndIsNotTiny() {
        for index in 0..<60 {
            let scene = drawScene(index: index, options: SceneOptions(width: 192, height: 160, seed: 3))
            #expect(scene.pixels.count == scene.width * scene.height * 3)
            #expect(scene.width <= 192 && scene.height <= 160)
            for object in scene.objects {
                let box = object.box
                #expect(box.x >= 0 && box.y >= 0)
                #expect(box.z <= Float(scene.width) && box.w <= Float(scene.height))
                #expect(box.z - box.x >= 5 && box.w - box.y >= 5)
                #expect(SceneDataset.categories.indices.contains(object.category))
            }
            #expect(scene.objects.count <= 12)
        }
    }

    @Test func everyClassIsInAQuarterOfThePicturesAndSomeShowNothing() {
        let count = 300
        let options = SceneOptions(width: 128, height: 128, seed: 11)
        var pictures = [Int](repeating: 0, count: SceneDataset.categories.count)
        var empty = 0
        for index in 0..<count {
            let scene = drawScene(index: index, options: options)
            for category in Set(scene.objects.map(\.category)) { pictures[category] += 1 }
            if scene.objects.isEmpty { empty += 1 }
        }
        for (category, number) in pictures.enumerated() {
            #expect(number > count / 5, "\(SceneDataset.categories[category]): \(number)")
        }
        #expect(empty > count / 50 && empty < count * 15 / 100, "\(empty)")
    }

    @Test func easierScenesHaveLargerObjects() {
        func area(_ difficulty: Double) -> Float {
            let options = SceneOptions(width: 160, height: 160, difficulty: difficulty, seed: 4)
            let boxes = (0..<80).flatMap { drawScene(index: $0, options: options).objects.map(\.box) }
            return boxes.reduce(0) { $0 + ($1.z - $1.x) * ($1.w - $1.y) } / Float(max(boxes.count, 1))
        }
        #expect(area(0) > area(1) * 1.15)
    }

    @Test func picturesWithoutVariedShapesHaveTheSizeThatWasAskedFor() {
        for index in 0..<8 {
            let scene = drawScene(index: index, options: SceneOptions(width: 96, height: 64, varied: false, seed: 1))
            #expect(scene.width == 96 && scene.height == 64)
        }
    }

    @Test func aLabelIsClassCentreAndSizeAsShares() {
        let scene = Scene(
            pixels: [], width: 200, height: 100,
            objects: [
                .init(category: 4, box: SIMD4(20, 10, 60, 90)), .init(category: 0, box: SIMD4(0, 0, 200, 100)),
            ], quality: 90)
        #expect(
            scene.label
                == "4 0.200000 0.500000 0.200000 0.800000\n0 0.500000 0.500000 1.000000 1.000000\n")
    }
}
