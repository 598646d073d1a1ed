<?php
/**
 * Plugin Name: Afterword
 * Description: Shows the comments of an Afterword service in place of WordPress's own.
 * Version: 1.0
 * Requires at least: 5.7
 * Requires PHP: 7.4
 * License: MIT
 *
 * Put this file and comments.php into wp-content/plugins/afterword/, and the address of your service below.
 *
 * WordPress's own comments: while the plugin is active, no theme shows them and nothing stores new ones, neither the
 * form, nor REST, XML-RPC or pingbacks; those that are there stay in the database.  "Allow comments" of each post now
 * decides whether these comments are shown below it.
 */

defined( 'ABSPATH' ) || exit;

const AFTERWORD_SERVICE = 'https://comments.example';

/** What a post is called: its path, without the host and the query. */
function afterword_post_key(): string {
	return (string) wp_parse_url( get_permalink(), PHP_URL_PATH );
}

/** The tag, with a link for readers without JavaScript. */
function afterword_comments(): string {
	if ( ! is_singular() || ! comments_open() || post_password_required() ) {
		return '';
	}
	$key    = afterword_post_key();
	$thread = AFTERWORD_SERVICE . '/thread?post=' . rawurlencode( $key );
	return sprintf(
		'<afterword-comments id="comments" post="%s"><a href="%s">%s</a></afterword-comments>',
		esc_attr( $key ),
		esc_url( $thread ),
		esc_html__( 'Read and write comments', 'afterword' )
	);
}

add_action(
	'wp_enqueue_scripts',
	function () {
		$address = AFTERWORD_SERVICE . '/widget.js';
		if ( ! is_singular() ) {
			return;
		}
		if ( function_exists( 'wp_enqueue_script_module' ) ) { // since WordPress 6.5
			wp_enqueue_script_module( 'afterword', $address, array(), null );
			return;
		}
		wp_enqueue_script( 'afterword', $address, array(), null, true );
		add_filter(
			'script_loader_tag',
			function ( $tag, $handle ) use ( $address ) {
				return 'afterword' === $handle ? '<script type="module" src="' . esc_url( $address ) . '"></script>' . "\n" : $tag;
			},
			10,
			2
		);
	}
);

// Classic themes ask for a file, block themes for the block's HTML.
add_filter(
	'comments_template',
	function () {
		return __DIR__ . '/comments.php';
	},
	20
);
add_filter( 'render_block_core/comments', 'afterword_comments' );

// WordPress stores no comments of its own.
add_filter(
	'pre_comment_approved',
	function () {
		return new WP_Error( 'afterword', __( 'Comments are written below the post.', 'afterword' ), 403 );
	},
	100
);
add_filter( 'pings_open', '__return_false', 100 );
add_filter( 'feed_links_show_comments_feed', '__return_false' );
