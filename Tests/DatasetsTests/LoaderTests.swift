import CHost
import Configuration
import Diagnostics
import Foundation
import Tensors
import Testing

@testable import Datasets
@testable import TestSupport

@Suite struct LoaderTests {
    let folder = TemporaryFolder()

    private func recipe() -> Recipe {
        var recipe = Recipe()
        recipe.imgsz = [64]
        recipe.epochs = 20
        recipe.seed = 7
        return recipe
    }

    private func store(_ recipe: Recipe, limit: Int = 1 << 30) throws -> PictureStore {
        let size = (height: recipe.imageSize.height, width: recipe.imageSize.width)
        return PictureStore(try catalog(folder, recipe: recipe), target: size, limit: limit)
    }

    @Test func anImageLooksTheSameHoweverTheBatchIsDivided() throws {
        try makeDataset(folder, train: 9)
        var recipe = recipe()
        (recipe.mixup, recipe.degrees, recipe.flipud, recipe.bgr) = (0.5, 10, 0.5, 0.5)
        let store = try store(recipe)
        let whole = BatchLoader(store: store, plan: ShardPlan(images: 9, shards: 1, batch: 8), recipe: recipe)
        let parts = BatchLoader(
            store: try self.store(recipe, limit: 0), plan: ShardPlan(images: 9, shards: 4, batch: 2), recipe: recipe)
        for epoch in [0, 12] {
            for step in 0..<2 {
                let expected = try whole.batch(epoch: epoch, step: step, shard: 0)
                let found = try (0..<4).map { try parts.batch(epoch: epoch, step: step, shard: $0) }
                #expect(found.flatMap(\.images.values) == expected.images.values)
                #expect(found.flatMap(\.sources) == expected.sources)
                #expect(found.flatMap { $0.labels.objects.map(\.box) } == expected.labels.objects.map(\.box))
            }
        }
        // The last step has one image for four shards.
        #expect(try parts.batch(epoch: 0, step: 1, shard: 0).images.shape == Shape(0, 64, 64, 3))
        #expect(try parts.batch(epoch: 0, step: 1, shard: 3).sources.count == 1)
    }

    @Test func epochsDifferAndRepeat() throws {
        try makeDataset(folder, train: 4)
        let recipe = recipe()
        let loader = BatchLoader(
            store: try store(recipe), plan: ShardPlan(images: 4, shards: 1, batch: 4), recipe: recipe)
        let first = try loader.batch(epoch: 0, step: 0, shard: 0)
        #expect(try loader.batch(epoch: 0, step: 0, shard: 0).images.values == first.images.values)
        #expect(try loader.batch(epoch: 1, step: 0, shard: 0).images.values != first.images.values)
        #expect(first.images.values.allSatisfy { (0...1).contains($0) })
        #expect(first.labels.imageCount == 4 && !first.labels.objects.isEmpty)
        let boxes = first.labels.objects.map(\.box)
        #expect(boxes.allSatisfy { $0.x - $0.z / 2 > -1e-5 && $0.x + $0.z / 2 < 1 + 1e-5 && $0.w > 0 })
    }

    @Test func withoutAugmentationAPictureIsCentred() throws {
        let rows = (0..<16).flatMap { _ in [0] + [UInt8](repeating: 200, count: 96) }
        folder.write("train/images/x.png", PNGBuilder(width: 32, height: 16).file(rows))
        folder.write("train/labels/x.txt", text: "2 0.5 0.5 0.5 0.5")
        folder.write("val/images/x.jpg", try jpeg(pattern(12, 14)))
        for compatibility in [Compatibility.current, .v83] {
            var recipe = recipe()
            (recipe.mosaic, recipe.scale, recipe.translate, recipe.fliplr) = (0, 0, 0, 0)
            (recipe.hsvH, recipe.hsvS, recipe.hsvV, recipe.compat) = (0, 0, 0, compatibility)
            let loader = BatchLoader(
                store: try store(recipe), plan: ShardPlan(images: 1, shards: 1, batch: 1), recipe: recipe)
            let batch = try loader.batch(epoch: 0, step: 0, shard: 0)
            #expect(batch.labels.objects == [BoxLabels.Object(image: 0, category: 2, box: SIMD4(0.5, 0.5, 0.5, 0.25))])
            let rows = (0..<64).map { batch.images.values[$0 * 64 * 3] }
            #expect(rows == (0..<64).map { (16..<48).contains($0) ? Float(200) / 255 : Float(114) / 255 })
        }
    }

    @Test func inputsThatAreNotSquareWork() throws {
        try makeDataset(folder, train: 3)
        var recipe = recipe()
        recipe.imgsz = [64, 96]
        let store = try store(recipe)
        let loader = BatchLoader(store: store, plan: ShardPlan(images: 3, shards: 1, batch: 2), recipe: recipe)
        #expect(try loader.batch(epoch: 0, step: 0, shard: 0).images.shape == Shape(2, 64, 96, 3))
        #expect(try loader.batch(epoch: 19, step: 1, shard: 0).images.shape == Shape(1, 64, 96, 3))
        let validation = ValidationBatches(store: store, batch: 2, recipe: recipe)
        #expect(try validation.batch(0).images.shape == Shape(2, 64, 96, 3))
    }

    @Test func aFileThatWentBadIsNamed() throws {
        try makeDataset(folder, train: 2)
        let recipe = recipe()
        let loader = BatchLoader(
            store: try store(recipe), plan: ShardPlan(images: 2, shards: 1, batch: 2), recipe: recipe)
        let path = folder.path + "/train/images/picture1.jpg"
        try FileManager.default.removeItem(atPath: path)
        let gone = try problem { _ = try loader.batch(epoch: 0, step: 0, shard: 0) }
        #expect(gone.file == path && gone.exit == .missingInput && gone.remedy != nil)
        folder.write("train/images/picture1.jpg", [0xFF, 0xD8, 0xFF, 0])
        #expect(try problem { _ = try loader.batch(epoch: 0, step: 0, shard: 0) }.file == path)
        folder.write("train/images/picture1.jpg", try jpeg(pattern(64, 64)))
        #expect(try problem { _ = try loader.batch(epoch: 0, step: 0, shard: 0) }.message.contains("now"))
    }

    @Test func aCacheThatDoesNotFitIsRefused() throws {
        try makeDataset(folder, train: 3)
        var recipe = recipe()
        recipe.cache = .ram
        let catalog = try catalog(folder, recipe: recipe)
        let needed = PictureStore.bytes(of: catalog, target: (64, 64))
        func limit(_ free: Int, _ processes: Int = 1) throws -> Int {
            try PictureStore.limit(for: recipe, catalogs: [catalog], processes: processes, freeMemory: free)
        }
        #expect(try limit(2 * needed) == needed)
        let refused = try problem { _ = try limit(2 * needed - 1) }
        #expect(refused.exit == .environment && refused.remedy != nil)
        #expect(throws: Problem.self) { try limit(2 * needed, 2) }
        recipe.cache = .none
        #expect(try limit(800) == 100)
    }

    @Test func freeMemoryIsWhatTheControlGroupsLeave() {
        // Others may take or give back memory between the two looks.
        let (found, expected) = (Double(PictureStore.freeMemory()), Double(chost_available_bytes()))
        #expect(found > 1e6 && abs(found - expected) < 0.2 * expected)
    }
}

@Suite struct ValidationBatchTests {
    let folder = TemporaryFolder()

    private func catalog(_ sizes: [(Int, Int)]) -> ImageCatalog {
        let entries = sizes.enumerated().map {
            ImageCatalog.Entry(
                name: "\($0.offset).png", height: $0.element.0, width: $0.element.1, fileSize: 1, objects: [],
                hasPolygons: false)
        }
        return ImageCatalog(root: folder.path, entries: entries, classes: ["a"])
    }

    @Test func rectangularShapesAreTheReferences() {
        let sizes = [(480, 640), (640, 480), (500, 500), (1080, 1920), (375, 500)]
        let groups = ValidationBatches.rectangular(catalog(sizes), side: 640, batch: 2, stride: 32)
        #expect(groups.map(\.indices) == [[3, 0], [4, 2], [1]])
        #expect(groups.map { [$0.height, $0.width] } == [[512, 672], [672, 672], [672, 512]])
        let one = ValidationBatches.rectangular(catalog([(1080, 1920)]), side: 640, batch: 2, stride: 32)
        #expect(one[0].height == 384 && one[0].width == 672)
    }

    @Test func labelsAndGeometryLeadBackToTheFile() throws {
        var recipe = Recipe()
        recipe.imgsz = [64]
        folder.write("train/images/x.jpg", try jpeg(pattern(50, 100)))
        folder.write("train/labels/x.txt", text: "1 0.25 0.5 0.5 0.2")
        folder.write("val/images/x.jpg", try jpeg(pattern(12, 14)))
        let catalog = try scan(recipe)
        let store = PictureStore(catalog, target: (64, 64), limit: 0)
        for (rect, height, width) in [(true, 64, 96), (false, 64, 64)] {
            recipe.rect = rect
            let batches = ValidationBatches(store: store, batch: 4, recipe: recipe)
            #expect(batches.count == 1)
            let batch = try batches.batch(0)
            #expect(batch.images.shape == Shape(1, height, width, 3))
            let source = try #require(batch.sources.first), box = try #require(batch.labels.objects.first?.box)
            #expect(source.gain == SIMD2(0.64, 0.64) && source.height == 50 && source.width == 100)
            let centre = (SIMD2(box.x, box.y) * SIMD2(Float(width), Float(height)) - source.padding) / source.gain
            #expect(abs(centre.x - 25) < 1e-3 && abs(centre.y - 25) < 1e-3)
            #expect(batch.images.values[0] == Float(114) / 255)
        }
    }

    private func scan(_ recipe: Recipe) throws -> ImageCatalog {
        try DatasetsTests.catalog(folder, recipe: recipe)
    }
}
