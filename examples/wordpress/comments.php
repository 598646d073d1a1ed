<?php
/** What stands where the theme asks for comments. */

defined( 'ABSPATH' ) || exit;

$afterword_path = wp_parse_url( get_permalink(), PHP_URL_PATH );
?>
<div id="comments">
	<afterword-comments post="<?php echo esc_attr( $afterword_path ); ?>">
		<a href="<?php echo esc_url( AFTERWORD_URL . '/thread?post=' . rawurlencode( $afterword_path ) ); ?>">Read and write comments</a>
	</afterword-comments>
</div>
