// Not built in continuous integration: see README.md.
plugins {
    id("com.android.library") version "8.13.0"
    kotlin("android") version "2.4.21"
}

android {
    namespace = "causerie"
    compileSdk = 36
    ndkVersion = "28.2.13676358"

    defaultConfig {
        // Durations and times are those of java.time, which older ones do not have.
        minSdk = 26
        consumerProguardFiles("consumer-rules.pro")
    }

    sourceSets["main"].apply {
        kotlin.srcDirs("../kotlin/src/main/kotlin", "build/generated/uniffi")
        jniLibs.srcDirs("build/jniLibs")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

kotlin {
    jvmToolchain(17)
    // The terminal sample reads a terminal.
    sourceSets["main"].kotlin.exclude("causerie/sample/**")
}

dependencies {
    api("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.11.0")
    implementation("net.java.dev.jna:jna:5.19.1@aar")
}
