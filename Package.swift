// swift-tools-version: 6.2
import PackageDescription

#if arch(x86_64)
    /// The kernels are written for AVX2 and FMA; the command refuses an older CPU with a message.
    let simd: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma"])]
#else
    let simd: [SwiftSetting] = []
#endif

/// Numerical code is optimised in debug builds too: unoptimised kernels would make the tests run for hours.
let numeric = simd + [.unsafeFlags(["-O"], .when(configuration: .debug)), .treatAllWarnings(as: .error)]
let plain: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// One room of the house: `Sources/<name>`, with arrows that point down only.
func room(_ name: String, needs: [Target.Dependency] = [], settings: [SwiftSetting] = numeric) -> Target {
    .target(name: name, dependencies: needs, swiftSettings: settings)
}

func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func tests(_ name: String, needs: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: needs + ["TestSupport"], exclude: exclude, resources: resources,
        swiftSettings: numeric)
}

let package = Package(
    name: "swift-distill",
    products: [.executable(name: "swift-distill", targets: ["swift-distill"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // The command, and the one place that knows every room.
        .executableTarget(
            name: "swift-distill",
            dependencies: [
                "Plots", "Exports", "Detection", "Training", "Configuration", "Datasets", "Models", "Checkpoints",
                "Distillation", "Optimization", "Collectives", "Layers", "Tensors", "Scenes", "Graphics", "Documents",
                "Diagnostics", "CHost",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: plain),

        // Models in the files of other programs.
        room(
            "Exports",
            needs: [
                "ONNXMessages", .product(name: "SwiftProtobuf", package: "swift-protobuf"), "Models", "Checkpoints",
                "Layers", "Tensors", "Documents", "Diagnostics",
            ]),
        .target(
            name: "ONNXMessages", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["onnx.proto"]),

        // What people look at.
        room(
            "Plots",
            needs: [
                "Detection", "Training", "Datasets", "Configuration", "Charts", "Graphics", "Checkpoints", "Tensors",
                "Diagnostics",
            ]),
        room("Charts", needs: ["Graphics", "Diagnostics"]),
        room("Graphics", needs: ["CPango", "CImage", "Diagnostics"]),

        // Tasks.
        room(
            "Detection",
            needs: [
                "Training", "Distillation", "Models", "Datasets", "Configuration", "Layers", "Tensors", "Collectives",
                "Diagnostics", "CHost",
            ]),
        room("Scenes", needs: ["CImage", "Tensors", "Diagnostics"]),

        // The loop, and what it is made of.
        room(
            "Training",
            needs: [
                "Optimization", "Datasets", "Collectives", "Checkpoints", "Configuration", "TensorBoard", "Layers",
                "Tensors", "Documents", "Diagnostics", "CHost",
            ]),
        room("Datasets", needs: ["Configuration", "Documents", "Tensors", "CImage", "CHost", "Diagnostics"]),
        room("Optimization", needs: ["Layers", "Tensors"]),
        room("Distillation", needs: ["Layers", "Tensors"]),
        room("Models", needs: ["Layers", "Tensors", "Documents", "Diagnostics"]),
        room("Collectives", needs: ["CMPI", "CHost", "Diagnostics"]),

        // The numerical machine.
        room("Layers", needs: ["Tensors"]),
        room("Tensors", needs: ["COpenBLAS", "CHost"]),

        // Files and words.
        room("Checkpoints", needs: ["Documents", "CZip", "Diagnostics"]),
        .target(
            name: "TensorBoard", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Messages/event.proto"], swiftSettings: plain),
        room("Configuration", needs: ["Documents", "Diagnostics"], settings: plain),
        room("Documents", needs: ["CYAML", "Diagnostics"], settings: plain),
        room("Diagnostics", settings: plain),

        // C: one thin target per library.
        library("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
        library("COpenMPI", pkgConfig: "ompi-c", apt: "libopenmpi-dev"),
        library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        library("CZip", pkgConfig: "libzip", apt: "libzip-dev"),
        library("CPango", pkgConfig: "pangocairo", apt: "libpango1.0-dev"),
        .target(name: "CMPI", dependencies: ["COpenMPI"], path: "Sources/C/CMPI"),
        .target(
            name: "CImage", path: "Sources/C/CImage",
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("z")]),
        .target(name: "CHost", path: "Sources/C/CHost"),

        // Beside the graph: slow, obvious, in Double.
        room("ReferenceOps"),
        .target(
            name: "TestSupport",
            dependencies: ["Checkpoints", "Models", "Tensors", "Layers", "ReferenceOps", "Diagnostics"],
            path: "Tests/TestSupport", swiftSettings: numeric),
        tests("Tensors", needs: ["Tensors", "ReferenceOps"]),
        tests("Layers", needs: ["Layers", "Tensors", "ReferenceOps"]),
        tests(
            "Models",
            needs: ["Models", "Checkpoints", "Layers", "Tensors", "Documents", "Diagnostics", "ReferenceOps"]),
        tests(
            "Exports",
            needs: [
                "Exports", "ONNXMessages", .product(name: "SwiftProtobuf", package: "swift-protobuf"), "Detection",
                "Models", "Checkpoints", "Layers", "Tensors", "Documents", "Diagnostics",
            ]),
        tests("Documents", needs: ["Documents", "Diagnostics"]),
        tests("Configuration", needs: ["Configuration", "Documents", "Diagnostics"]),
        tests("Checkpoints", needs: ["Tensors", "Checkpoints", "Documents", "Diagnostics"]),
        tests("Datasets", needs: ["Datasets", "Configuration", "Tensors", "CImage", "CHost", "Diagnostics"]),
        tests("Scenes", needs: ["Scenes", "CImage", "Diagnostics"]),
        tests("Collectives", needs: ["Collectives", "CHost", "Diagnostics"]),
        // What the tests of Collectives start under mpirun.
        .executableTarget(
            name: "collectives-check", dependencies: ["Collectives", "CHost", "Diagnostics"],
            path: "Tests/CollectivesCheck", swiftSettings: numeric),
        // Everything that reads what others wrote, for the fuzzer and for the files that it has found.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Training", "Optimization", "Datasets", "Models", "Checkpoints", "Configuration", "Layers", "Documents",
                "Diagnostics",
            ], path: "Tests/FuzzTargets", exclude: ["Corpus"], swiftSettings: plain),
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets", "Diagnostics"], path: "Tests/Fuzz", swiftSettings: plain),
        // Kills runs and resumes them, as often as one likes.
        .executableTarget(
            name: "kill-campaign", dependencies: ["TestSupport", "Tensors", "Diagnostics"],
            path: "Tests/KillCampaign", swiftSettings: plain),
        // Runs a program and tells what it took.
        .executableTarget(name: "resource-use", path: "Tests/ResourceUse"),
        tests("Distillation", needs: ["Distillation", "Layers", "Tensors", "ReferenceOps"]),
        tests("Optimization", needs: ["Optimization", "Layers", "Tensors"]),
        tests(
            "Detection",
            needs: [
                "Detection", "Distillation", "Models", "Datasets", "Configuration", "Layers", "Tensors", "Diagnostics",
                "ReferenceOps",
            ]),
        tests(
            "Plots",
            needs: ["Plots", "Detection", "Charts", "Graphics", "Datasets", "Configuration", "Tensors", "Diagnostics"]),
        tests("TensorBoard", needs: ["TensorBoard", "Diagnostics"]),
        tests(
            "Training",
            needs: [
                "Training", "Detection", "Models", "Optimization", "Collectives", "Datasets", "Checkpoints",
                "Configuration", "Layers", "Tensors", "Diagnostics",
            ]),
        tests("Command", needs: ["Tensors", "Checkpoints", "Diagnostics"], exclude: ["Scripts"]),
    ],
    swiftLanguageModes: [.v6]
)
