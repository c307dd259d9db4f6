import Configuration
import Foundation
import Testing

@testable import Datasets
@testable import TestSupport

/// Pictures that become one pixel high or wide at the size of a run.
@Suite struct ThinPictureTests {
    let folder = TemporaryFolder()

    private static let extents = [(10, 650), (10, 10_000), (650, 10), (10_000, 10), (10, 10)]

    private func make() throws {
        try makeDataset(folder, train: 1)
        for split in ["train", "val"] {
            for (number, (height, width)) in Self.extents.enumerated() {
                folder.write("\(split)/images/thin\(number).jpg", try jpeg(plain(height, width, SIMD3(200, 30, 30))))
                folder.write("\(split)/labels/thin\(number).txt", text: "1 0.5 0.5 1 1\n")
            }
        }
    }

    private func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
        var recipe = Recipe()
        recipe.imgsz = [64]
        change(&recipe)
        return recipe
    }

    @Test func theyTrainWithMosaicAndWithout() throws {
        try make()
        let changes: [(inout Recipe) -> Void] = [
            { _ in }, { $0.mosaic = 0 }, { ($0.mosaic, $0.degrees, $0.shear, $0.mixup) = (0.5, 90, 10, 0.5) },
            { ($0.mosaic, $0.perspective) = (0, 0.001) },
            { ($0.mosaic, $0.scale, $0.translate, $0.fliplr, $0.hsvH, $0.hsvS, $0.hsvV) = (0, 0, 0, 0, 0, 0, 0) },
            { ($0.mosaic, $0.compat) = (0, .v83) },
        ]
        for change in changes {
            let recipe = recipe(change)
            let catalog = try catalog(folder, recipe: recipe)
            #expect(catalog.count == 6 && catalog.report.rejections.isEmpty)
            let loader = BatchLoader(
                store: PictureStore(catalog, target: (64, 64), limit: 0, reduces: true),
                plan: ShardPlan(images: 6, shards: 1, batch: 6), recipe: recipe)
            for epoch in 0..<4 {
                let batch = try loader.batch(epoch: epoch, step: 0, shard: 0)
                #expect(batch.images.values.allSatisfy { (0...1).contains($0) })
            }
        }
    }

    @Test func theyAreValidatedOn() throws {
        try make()
        for rect in [true, false] {
            let recipe = recipe { $0.rect = rect }
            let store = PictureStore(try catalog(folder, .validation, recipe: recipe), target: (64, 64), limit: 0)
            let batches = ValidationBatches(store: store, batch: 2, recipe: recipe)
            for number in 0..<batches.count {
                #expect(try batches.batch(number).images.values.allSatisfy { (0...1).contains($0) })
            }
        }
    }

    @Test func aPictureOfOnePixelAcrossIsWarped() {
        for (height, width) in [(1, 1), (1, 64), (64, 1)] {
            let picture = plain(height, width, SIMD3(1, 2, 3))
            let moved = warped(
                picture, by: Matrix3(SIMD3(1, 0, 2), SIMD3(0, 1, 3), SIMD3(0, 0, 1)), height: 8, width: 8)
            #expect(moved[3, 2] == SIMD3(1, 2, 3))
            #expect(moved[2, 2] == SIMD3(repeating: Picture.padding))
            let small = resized(picture, height: 2, width: 3)
            #expect(small[1, 2] == SIMD3(1, 2, 3))
        }
    }
}
