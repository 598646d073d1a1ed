<?php
/**
 * Plugin Name: Afterword comments
 * Description: Shows Afterword's comments in the place of WordPress's own, which stay in the database.
 * Requires at least: 6.5
 * License: MIT
 */

defined( 'ABSPATH' ) || exit;

/** Where the service is; define it in wp-config.php. */
defined( 'AFTERWORD_URL' ) || define( 'AFTERWORD_URL', 'https://comments.example' );

/** The theme's comments_template() shows this file's folder's comments.php instead. */
add_filter( 'comments_template', fn() => __DIR__ . '/comments.php' );

/** Without it, themes leave the place out where WordPress's own comments are closed. */
add_filter( 'comments_open', '__return_true' );

add_action(
	'wp_enqueue_scripts',
	function () {
		if ( is_singular() ) {
			wp_enqueue_script_module( 'afterword', AFTERWORD_URL . '/widget.js', array(), null );
		}
	}
);

/** Nobody posts to WordPress's own form any more: it is a target for spam. */
add_filter(
	'preprocess_comment',
	function () {
		wp_die( esc_html__( 'Comments are written below the post.' ), '', array( 'response' => 403 ) );
	}
);
